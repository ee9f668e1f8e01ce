import { expect, inject, it } from 'vitest';
import { createDataSource } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrate.js';
import { startTekton } from '../../src/start-tekton.js';
import { createDatabase, withDatabase } from '../support/database.js';
import { RestClient } from '../support/rest-client.js';
import { Subscriber } from '../support/subscriber.js';
import { startTestNats, testEnvironment } from '../support/test-tekton.js';

/** A change as a replica of the version before makes it, which knows no newer columns. */
const CHANGE_BEFORE = `
  WITH changed AS (
    INSERT INTO configurations (level, owner_name, tenant_id, service_instance_name, document,
      digest, revision, created_revision, changed_at)
    VALUES ('tenant', 'kaa', 'kaa', 'cmx', $1, 'd', 1, 1, now())
    ON CONFLICT (level, owner_name, service_instance_name) DO UPDATE
      SET document = excluded.document, revision = configurations.revision + 1
    RETURNING id, tenant_id, revision, document
  ), noted AS (
    INSERT INTO configuration_revisions (configuration_id, revision, tenant_id, operation, document,
      changed_by, changed_at, correlation_id)
    SELECT id, revision, tenant_id, 'upsert', document, 'operator', now(), 'old' FROM changed
  )
  INSERT INTO outbox (message_id, operation, service_instance_name, tenant_id, revision,
    correlation_id)
  SELECT gen_random_uuid(), 'upsert', 'cmx', tenant_id, revision, 'old' FROM changed`;

it('takes over from the version before, and works beside it', async () => {
  const url = await createDatabase(inject('postgresUrl'), { migrated: false });
  const settings = { url, applicationName: 'test', poolSize: 2, connectTimeoutMs: 10_000 };
  await migrate(settings, () => undefined);
  const before = await createDataSource(settings).initialize();
  await before.undoLastMigration();
  await before.destroy();
  const changeBefore = (document: string) =>
    withDatabase(url, new URL(url).pathname.slice(1), (client) =>
      client.query(CHANGE_BEFORE, [document]),
    );
  await changeBefore('{"n":1}');

  const nats = await startTestNats();
  const subscriber = await Subscriber.connect(nats.nats.url);
  const tekton = await startTekton(testEnvironment(url, nats.nats.url));
  await tekton.ready;
  const rest = new RestClient(`${tekton.restUrl}/api/v1`);
  // What the version before had not sent is told.
  expect(await subscriber.summaries(1)).toEqual(['targeted upsert cmx: kaa - - r1']);
  const configuration = '/tenant-configs?serviceInstanceName=cmx';
  expect((await rest.get(configuration)).json()).toEqual({ n: 1 });
  expect((await rest.put(configuration, { n: 2 })).headers.get('x-revision')).toBe('2');
  await changeBefore('{"n":3}');
  expect(await subscriber.summaries(2)).toEqual([
    'targeted upsert cmx: kaa - - r2',
    'targeted upsert cmx: kaa - - r3',
  ]);
  expect((await rest.get(configuration)).json()).toEqual({ n: 3 });
  const { changes } = (await rest.get('/changes?since=0')).json() as { changes: unknown[] };
  expect(changes).toMatchObject([{ revision: 1 }, { revision: 2 }, { revision: 3 }]);
  await tekton.stop();
  await subscriber.close();
  await nats.stop();
});
