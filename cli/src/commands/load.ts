import { CommandError } from '../command-error.js';
import { defineCommand } from '../command.js';
import { readDocument } from '../document-input.js';
import { DRY_RUN, tellDryRun } from '../dry-run.js';
import { EXIT } from '../exit-code.js';
import { Progress } from '../progress.js';
import { FILE } from './write.js';

/** Bytes that are handed over at a time. */
const CHUNK = 64 * 1024;
/** Milliseconds: a load is checked as a whole before anything is answered. */
const LOAD_TIMEOUT = 3_600_000;

export const LOAD = defineCommand({
  command: 'load',
  describe: 'Store many configurations at once, all or none, as export writes them',
  positionals: {},
  flags: {
    ...FILE,
    replace: {
      type: 'boolean',
      default: false,
      describe: 'Delete what the named service instances have beside',
    },
    cluster: { type: 'boolean', default: false, describe: 'A file of export --cluster' },
    ...DRY_RUN,
  },
  examples: [
    ['load --file backup.json', 'into your own tenant; what is not named stays'],
    ['load --file backup.json --replace --dry-run', 'how many would be changed, and deleted'],
    ['export --cluster --url $OLD | tekton load --cluster --url $NEW', 'copy a cluster'],
  ],
  run: async ({ file, replace, cluster, tenant, dryRun }, session) => {
    if (cluster && (replace || tenant !== undefined)) {
      throw new CommandError('--replace and --tenant go without --cluster', EXIT.usage);
    }
    const bytes = Buffer.from(await readDocument(file));
    const tekton = await session.tekton();
    const progress = new Progress('Loading', bytes.length);
    try {
      const response = await tekton.request(
        cluster ? 'PUT' : 'POST',
        cluster ? '/bulk' : '/app-configs',
        {
          query: {
            tenantId: tenant,
            mode: replace ? 'replace' : undefined,
            dryRun: dryRun || undefined,
          },
          body: inChunks(bytes, progress),
          timeout: LOAD_TIMEOUT,
        },
      );
      const counts = await tekton.whole(response);
      progress.stop();
      await session.output.document(counts);
      tellDryRun(response, session.output);
    } finally {
      progress.stop();
    }
  },
});

/** Handed over no faster than it is sent. */
function inChunks(bytes: Buffer, progress: Progress): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = bytes.subarray(sent, sent + CHUNK);
        sent += chunk.length;
        if (chunk.length > 0) controller.enqueue(chunk);
        progress.add(chunk.length);
        if (sent === bytes.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
