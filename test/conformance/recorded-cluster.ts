import type { RestClient } from '../support/rest-client.js';
import type { RecordedCall } from './cases.js';

const KETTLE = '/app-configs/applications/kettle';
const INSTANCE = 'serviceInstanceName=cmx';
/** Stands for every time. */
const AT = '2026-11-23T12:00:00.000Z';
/** What of an answer a consumer goes by; the ETag of a whole reading is another one in each database. */
const HEADERS = ['content-type', 'x-position', 'x-revision'];
const HEADERS_OF_ONE = [...HEADERS, 'etag'];

/** Makes the same changes in an empty cluster each time: the positions and ETags are the same too. */
export async function makeCluster(rest: RestClient): Promise<void> {
  let calls = 0;
  const done = async (answer: Promise<{ status: number; text: string }>) => {
    const { status, text } = await answer;
    if (status >= 300) throw new Error(`${status} ${text}`);
  };
  const headers = () => ({ 'x-correlation-id': `change-${++calls}` });
  const put = (path: string, body: object) => done(rest.put(path, body, { headers: headers() }));
  const post = (path: string, body: object) => done(rest.post(path, body, { headers: headers() }));
  await post('/applications', { name: 'kettle', displayName: 'Kettle' });
  await post('/applications/kettle/app-versions', { name: 'kettle_v1' });
  await post('/applications', { name: 'lamp' });
  await put(`/tenant-configs?tenantId=kaa&${INSTANCE}`, { retention: 30 });
  await put(`${KETTLE}?${INSTANCE}`, { boil: true });
  // Numbers are stored as they are written.
  await done(
    rest.put(`${KETTLE}?${INSTANCE}`, '{"boil":false,"limit":1.10}', { headers: headers() }),
  );
  await put(`${KETTLE}/app-versions/kettle_v1?${INSTANCE}`, { boil: false });
  await put(`/app-configs/applications/lamp?${INSTANCE}`, { on: true });
  await done(rest.delete(`/app-configs/applications/lamp?${INSTANCE}`, { headers: headers() }));
}

/** Asks as a consumer would, and notes what came. */
export async function record(
  rest: RestClient,
  { name, request }: Pick<RecordedCall, 'name' | 'request'>,
): Promise<RecordedCall> {
  const { method, path, headers } = request;
  const answer = await rest.call(method, path.replace('/api/v1', ''), { headers });
  const times = /"at":"[^"]+"/g;
  return {
    name,
    request,
    answer: {
      status: answer.status,
      headers: Object.fromEntries(
        (path.includes('/bulk') ? HEADERS : HEADERS_OF_ONE).flatMap((header) => {
          const value = answer.headers.get(header);
          return value === null ? [] : [[header, value]];
        }),
      ),
      body: answer.text === '' ? null : JSON.parse(answer.text.replace(times, `"at":"${AT}"`)),
    },
  };
}
