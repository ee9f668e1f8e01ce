import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ClientTest } from './watched-client.js';

describe('what is around a client', () => {
  let test: ClientTest;

  beforeAll(async () => {
    test = await ClientTest.start();
    await test.addApplication('smart');
    await test.addApplication('other');
  });
  afterAll(() => test.stop());
  afterEach(() => test.closeClients());

  const folder = async (): Promise<string> => {
    const path = await mkdtemp(join(tmpdir(), 'tekton-client-'));
    onTestFinished(() => rm(path, { recursive: true }));
    return path;
  };

  it('may be a listener that is an async function and fails', async () => {
    const watched = await test.started();
    const listener = (): Promise<never> => Promise.reject(new Error('an async listener at fault'));
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- that is what it is about
    watched.client.on('upsert', listener);
    await test.put('/applications/smart', { autoExtraction: false });
    await expect
      .poll(() => watched.all('problem').map(({ message }) => message))
      .toContain('an async listener at fault');
    expect(watched.client.config({ appName: 'smart' })).toEqual({ autoExtraction: false });
  });

  it('waits for one application of a change when it is closed, not for all that was read', async () => {
    let begun = 0;
    const watched = test.client({
      apply: async () => {
        begun++;
        await new Promise((resolve) => setTimeout(resolve, 200));
      },
    });
    const start = watched.client.start().catch(() => undefined);
    await expect.poll(() => begun).toBe(1);
    await watched.client.close();
    await start;
    expect(begun).toBe(1);
    expect(watched.all('loaded')).toEqual([]);
  });

  it('may be a folder that is not there yet: the snapshot is tried again', async () => {
    const path = await folder();
    const file = join(path, 'later', 'snapshot');
    const watched = await test.started({ snapshotFile: file });
    await expect
      .poll(() => watched.all('problem').map(({ message }) => message))
      .toContainEqual(expect.stringContaining('cannot be written'));
    await mkdir(join(path, 'later'));
    await expect.poll(() => readdir(join(path, 'later'))).toEqual(['snapshot']);
  });

  it('may be drafts of snapshots that a killed process has left: old ones are removed', async () => {
    const path = await folder();
    const file = join(path, 'snapshot');
    const drafts = ['1', '2'].map(
      (digit) => `snapshot.${digit}0000000-0000-4000-8000-000000000000`,
    );
    for (const draft of drafts) await writeFile(join(path, draft), 'secret');
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(path, drafts[0] ?? ''), anHourAgo, anHourAgo);
    await test.started({ snapshotFile: file });
    expect(await readdir(path)).not.toContain(drafts[0]);
    // It may be being written just now.
    expect(await readdir(path)).toContain(drafts[1]);
  });
});
