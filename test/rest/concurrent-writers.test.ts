import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDatabase } from '../support/database.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

let test: TestTekton;
beforeAll(async () => {
  test = await startTestTekton();
  await test.rest.post('/applications', { name: 'app' });
});
afterAll(() => test.stop());

const ALL = '/app-configs/applications/app';
const ONE = `${ALL}?serviceInstanceName=cmx`;

describe('concurrent writers', () => {
  it('are each answered with what they put, never with another’s', async () => {
    const write = async (document: object): Promise<void> => {
      for (let round = 0; round < 40; round++) {
        const { status, text } = await test.rest.put(ONE, document);
        expect([200, 201]).toContain(status);
        expect(text).toBe(JSON.stringify(document));
      }
    };
    const remove = async (): Promise<void> => {
      for (let round = 0; round < 40; round++) {
        expect([204, 404]).toContain((await test.rest.delete(ONE)).status);
      }
    };
    await Promise.all([write({ a: 1 }), write({ a: 1 }), write({ b: 2 }), remove()]);
  });

  it('do not slip in between the check of all ETags and the put', async () => {
    await test.rest.put(ALL, { cmx: { n: 1 }, epts: {} });
    const etag = (await test.rest.get(ALL)).headers.get('etag') ?? '';
    const { pathname } = new URL(test.databaseUrl);
    const [single, several] = await withDatabase(
      test.databaseUrl,
      pathname.slice(1),
      async (client) => {
        await client.query('BEGIN');
        await client.query('SELECT * FROM configurations FOR UPDATE');
        const first = test.rest.put(ONE, { by: 'single' });
        await waitingWriters(client, 1);
        const second = test.rest.put(
          ALL,
          { cmx: { by: 'several' } },
          {
            headers: { 'if-match': etag },
          },
        );
        await waitingWriters(client, 2);
        await client.query('COMMIT');
        return Promise.all([first, second]);
      },
    );
    expect([single.status, several.status]).toEqual([200, 412]);
    expect((await test.rest.get(ONE)).text).toBe('{"by":"single"}');
  });
});

/** Waits until so many statements wait for a lock. */
async function waitingWriters(
  client: { query: (text: string) => Promise<{ rows: unknown[] }> },
  count: number,
): Promise<void> {
  await expect
    .poll(async () => {
      const { rows } = await client.query(
        `SELECT pid FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows.length;
    })
    .toBe(count);
}
