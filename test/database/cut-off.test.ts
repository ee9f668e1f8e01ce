import { pino } from 'pino';
import { expect, inject, it } from 'vitest';
import { createApartPool } from '../../src/database/apart.js';
import { cutOff } from '../../src/database/cut-off.js';
import { createDatabase } from '../support/database.js';

it('a connection that is cut off is not given to the next caller', async () => {
  const settings = {
    url: await createDatabase(inject('postgresUrl')),
    applicationName: 'test',
    connectTimeoutMs: 10_000,
    apartTimeoutMs: 10_000,
    apartSilenceTimeoutMs: 10_000,
  };
  const pool = createApartPool(settings, pino({ enabled: false }));
  const client = await pool.connect();
  cutOff(client);
  client.release();
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
});
