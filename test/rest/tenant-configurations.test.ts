import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
});
afterAll(() => test.stop());

describe('tenant configurations', () => {
  it('are the caller’s tenant’s, or of the tenant that is named', async () => {
    const own = '/tenant-configs?serviceInstanceName=cmx';
    const other = `${own}&tenantId=acme`;
    expect((await test.rest.put(own, { a: 1 })).status).toBe(201);
    expect((await test.rest.get(`${own}&tenantId=kaa`)).text).toBe('{"a":1}');
    expect((await test.rest.get(other)).status).toBe(404);
    expect((await test.rest.patch(other, { b: 1 })).text).toBe('{"b":1}');
    expect((await test.rest.put('/tenant-configs', { epts: {}, cmx: { a: 1 } })).text).toBe(
      '{"cmx":{"a":1},"epts":{}}',
    );
    expect((await test.rest.delete(own)).status).toBe(204);
    expect((await test.rest.get('/tenant-configs')).text).toBe('{"epts":{}}');
    expect(await test.subscriber.summaries(4)).toEqual([
      'targeted upsert cmx: kaa - - r1',
      'targeted upsert cmx: acme - - r1',
      'targeted upsert epts: kaa - - r1',
      'targeted delete cmx: kaa - - r2',
    ]);
  });

  it('may have the key that is reserved in an application’s', async () => {
    const put = await test.rest.put('/tenant-configs?serviceInstanceName=cmx', { versions: {} });
    expect(put.status).toBe(200 + 1);
  });
});
