import type { RestClient } from '../support/rest-client.js';
import type { Marks } from './marks.js';

const APP = '/app-configs/applications/kettle';
const ONE = `${APP}?serviceInstanceName=cmx`;

/** All kinds of calls, sound and faulty, with something marked in each document. */
export async function liveThroughADay(rest: RestClient, marks: Marks): Promise<number[]> {
  const marked = (what: string) => ({ [marks.for(`a name in ${what}`)]: marks.for(what) });
  const calls = [
    () => rest.post('/applications', { name: 'kettle', description: marks.for('a description') }),
    () => rest.patch('/applications/kettle', { displayName: marks.for('a display name') }),
    () => rest.post('/applications/kettle/app-versions', { suffix: 'v1' }),
    () => rest.put(ONE, marked('a document')),
    () => rest.put(ONE, { large: marks.for('a large document').repeat(2000) }),
    () => rest.put(`${ONE}&dryRun=true`, marked('a document of a dry run')),
    () =>
      rest.patch(ONE, marked('a patch'), {
        headers: { 'content-type': 'application/merge-patch+json' },
      }),
    () => rest.put(APP, { cmx: marked('several documents') }),
    () => rest.put(`${APP}?serviceInstanceName=epts`, marked('what the schema forbids')),
    () =>
      rest.put(`${APP}?serviceInstanceName=cmx-ota`, { retries: marks.for('a value of no type') }),
    () => rest.put(`${APP}/app-versions/kettle-v1?serviceInstanceName=cmx`, marked('a version')),
    () =>
      rest.put('/tenant-configs?serviceInstanceName=cmx', marked('a configuration of the tenant')),
    () =>
      rest.post('/app-configs', {
        cmx: { acme: { applications: { kettle: marked('a load'), lamp: marked('another load') } } },
      }),
    () => rest.put(ONE, `{"${marks.for('malformed JSON')}": `),
    () => rest.put(ONE, `["${marks.for('a list')}"]`),
    () => rest.put(ONE, `{"a":1,"a":"${marks.for('a name that stands twice')}"}`),
    () =>
      rest.put(ONE, marks.for('a body of another type'), { headers: { 'content-type': 'text/x' } }),
    () => rest.put(ONE, marked('an unmet precondition'), { headers: { 'if-match': '"0"' } }),
    () => rest.put(ONE.replace('kettle', 'missing'), marked('what is for nobody')),
    () => rest.post('/applications', { name: marks.for('a name that is none').toUpperCase() }),
    () => rest.get(`/applications/${marks.for('a path')}`),
    () => rest.get(`/applications?tenantId=acme&${marks.for('a parameter')}=1`),
    () =>
      rest.get('/applications', { headers: { 'x-secret': marks.for('a header of the caller') } }),
    () => rest.get('/applications', { headers: { cookie: `session=${marks.for('a cookie')}` } }),
    () => rest.get(`/${marks.for('a path to nowhere')}`),
    () => rest.get(`/%zz${marks.for('a malformed path')}`),
    () => rest.get(ONE),
    () => rest.get(`${APP}/history?serviceInstanceName=cmx`),
    () => rest.get('/bulk'),
    () => rest.delete(ONE),
    () => rest.delete('/applications/kettle'),
  ];
  const statuses: number[] = [];
  for (const call of calls) statuses.push((await call()).status);
  return statuses;
}
