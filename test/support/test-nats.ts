import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { startNatsServer, type NatsServer } from '../../src/local/nats-server.js';

/** A real nats-server of a test's own. */
export async function startTestNats(
  port?: number,
): Promise<{ nats: NatsServer; stop: () => Promise<void> }> {
  const stateFolder = mkdtempSync(join(tmpdir(), 'tekton-nats-'));
  const nats = await startNatsServer({
    binary: inject('natsServerBinary'),
    stateFolder,
    ...(port !== undefined && { port }),
  });
  return {
    nats,
    stop: async () => {
      await nats.stop();
      rmSync(stateFolder, { recursive: true, force: true });
    },
  };
}
