import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CommandError } from '../command-error.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-code.js';
import { messageOf } from '../message-of.js';
import { jsonToYaml } from '../exact-yaml.js';
import { write } from '../output.js';
import { Progress } from '../progress.js';

const STANDARD_OUTPUT = '-';

export const EXPORT = defineCommand({
  command: 'export',
  describe: 'Write all configurations of a tenant, or of all tenants, as load takes them',
  positionals: {},
  flags: {
    file: { alias: 'f', type: 'string', nargs: 1, describe: 'Default: -, standard output' },
    instance: { type: 'string', describe: 'Only those of one service instance' },
    cluster: { type: 'boolean', default: false, describe: 'Of all tenants that may be read' },
  },
  examples: [
    ['export --file backup.json', 'all of your own tenant'],
    ['export --cluster --file cluster.json', 'a copy of the whole cluster, for load --cluster'],
    ['export --instance epts --output yaml', 'one service instance, to read'],
  ],
  run: async ({ file: given, instance, cluster, tenant, output }, session) => {
    const file = given === STANDARD_OUTPUT ? undefined : given;
    if (cluster && instance !== undefined) {
      throw new CommandError('--instance goes without --cluster', EXIT.usage);
    }
    const tekton = await session.tekton();
    const response = await tekton.request('GET', cluster ? '/bulk' : '/app-configs', {
      query: { tenantId: tenant, serviceInstanceName: instance },
    });
    const progress = new Progress('Exporting');
    const silence = tekton.watch(response);
    try {
      const body: NodeJS.ReadableStream = Readable.fromWeb(response.body as never);
      const counted = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          progress.add(chunk.length);
          silence.heard();
          done(null, chunk);
        },
      });
      const laidOut: NodeJS.ReadWriteStream[] = output === 'yaml' ? [asYaml()] : [];
      const target = file === undefined ? standardOutput() : createWriteStream(draftOf(file));
      const way = [body, counted, ...laidOut, target] as (NodeJS.ReadableStream & Writable)[];
      await pipeline(way, { signal: session.signal });
      if (file !== undefined) await rename(draftOf(file), file);
    } catch (error) {
      // Half an export must not be taken for a whole one.
      if (file !== undefined) await rm(draftOf(file), { force: true });
      throw isOfFile(error)
        ? new CommandError(`${String(file)} cannot be written: ${messageOf(error)}`, EXIT.usage)
        : tekton.failure(error);
    } finally {
      silence.end();
      progress.stop();
    }
    if (file !== undefined) session.output.note(`Exported to ${file}`);
  },
});

function draftOf(file: string): string {
  return `${file}.part-${process.pid}`;
}

function isOfFile(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).syscall !== undefined && 'path' in (error as object);
}

function standardOutput(): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(chunk).then(() => {
        done();
      }, done);
    },
  });
}

/** YAML cannot be made of a part. */
function asYaml(): Transform {
  const chunks: Buffer[] = [];
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
    flush(done) {
      done(null, jsonToYaml(Buffer.concat(chunks).toString('utf8')));
    },
  });
}
