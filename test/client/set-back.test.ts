import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { startTekton } from '../../src/start-tekton.js';
import { createDatabase } from '../support/database.js';
import { Gate } from '../support/gate.js';
import { RestClient } from '../support/rest-client.js';
import { testEnvironment } from '../support/test-environment.js';
import { ClientTest, textOf } from './watched-client.js';

describe('a database that was set back', () => {
  let test: ClientTest;
  /** Before Tekton, so that another one can take its place. */
  let gate: Gate;

  beforeEach(async () => {
    test = await ClientTest.start();
    gate = await Gate.before(Number(new URL(test.test.tekton.restUrl).port));
    gate.open();
    await test.addApplication('smart');
  });
  afterEach(async () => {
    gate.close();
    await test.stop();
  });

  it('is the only way back: everything is read again, whatever its revisions are', async () => {
    for (const name of ['a', 'b', 'c']) {
      await test.put('/applications/smart', { timeSeries: [{ name }] });
    }
    const watched = await test.started({ url: `http://127.0.0.1:${gate.port}` });
    expect(watched.all('upsert').map(textOf)).toContain('upsert application smart 4');
    watched.told = {};

    // One that has less: what is told after the last position is not known there.
    await test.test.tekton.stop();
    const tekton = await startTekton(
      testEnvironment(await createDatabase(inject('postgresUrl')), test.test.nats.url, {
        PORT: new URL(test.test.tekton.restUrl).port,
      }),
    );
    await tekton.ready;
    const rest = new RestClient(`${tekton.restUrl}/api/v1`);
    await rest.post('/applications', { name: 'smart' });
    const path = '/app-configs/applications/smart?serviceInstanceName=epts';
    await rest.put(path, { timeSeries: [] });
    await rest.put(path, { timeSeries: [], autoExtraction: false });

    const value = () => watched.client.config({ appName: 'smart' });
    await expect.poll(value).toEqual({ timeSeries: [], autoExtraction: false });
    expect(watched.all('loaded').length).toBeGreaterThan(0);
    expect(watched.client.config({ appVersionName: 'smart-v1' })).toBeUndefined();
    expect(watched.all('upsert').at(-1)).toMatchObject({ previousRevision: 4, revision: 2 });
    await rest.put(path, { autoExtraction: true });
    await expect.poll(value).toEqual({ autoExtraction: true });
    await test.closeClients();
    await tekton.stop();
  });
});
