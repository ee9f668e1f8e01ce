import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
});
afterAll(() => test.stop());

it('tells a change to the subscribers, who then fetch the new value', async () => {
  const { rest, subscriber } = test;
  const path = '/app-configs/applications/smart_kettle?serviceInstanceName=epts';

  await rest.post('/applications', { name: 'smart_kettle' });
  await rest.post('/applications/smart_kettle/app-versions', { suffix: 'v1' });
  const put = await rest.put(path, '{ "autoExtraction": true }');
  expect(put.status).toBe(201);

  expect(await subscriber.summaries(3)).toEqual([
    'broadcast upsert tekton: kaa smart_kettle -',
    'broadcast upsert tekton: kaa smart_kettle smart_kettle-v1',
    'targeted upsert epts: kaa smart_kettle - r1',
  ]);
  expect((await rest.get(path)).text).toBe('{"autoExtraction":true}');

  await rest.patch(path, '{"autoExtraction":null,"timeSeries":[]}');
  await rest.delete(path);
  expect(await subscriber.summaries(2)).toEqual([
    'targeted upsert epts: kaa smart_kettle - r2',
    'targeted delete epts: kaa smart_kettle - r3',
  ]);
  expect((await rest.get(path)).status).toBe(404);
});

it('gives every message its position, its ID and the call it came from', async () => {
  const { rest, subscriber } = test;
  const before = subscriber.all.length;
  await rest.post('/applications', { name: 'lamp' }, { headers: { 'x-correlation-id': 'lamp-1' } });
  await rest.put('/app-configs/applications/lamp', { cmx: { a: 1 }, epts: {} });
  const messages = await subscriber.take(3);

  expect(messages.map(({ position }) => position)).toEqual([before + 1, before + 2, before + 3]);
  expect(messages[0]?.correlationId).toBe('lamp-1');
  expect(messages[1]?.correlationId).toBe(messages[2]?.correlationId);
  expect(new Set(messages.map(({ messageId }) => messageId)).size).toBe(3);
  for (const { messageId } of messages) expect(messageId).toMatch(/^[0-9a-f-]{36}$/);
  expect(messages[0]?.originatorReplicaId).toMatch(/^tekton-[0-9a-f]{8}$/);
});
