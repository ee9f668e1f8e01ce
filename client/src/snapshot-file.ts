import { createHash, randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { ReadConfiguration } from './cluster-answer.js';
import { messageOf, SnapshotError } from './errors.js';
import type { JsonFormat } from './options.js';

/** What a service worked with when it was last written. */
export interface Snapshot {
  savedAt: Date;
  configurations: ReadConfiguration[];
}

const FORMAT = 'tekton-client-snapshot/1';

interface Heading {
  format: string;
  serviceInstanceName: string;
  savedAt: string;
}

/** What is so old, in milliseconds, nobody is writing any more. */
const OLD_DRAFT = 10 * 60 * 1000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Lines that are written together, so that other work has its turn in between. */
const LINES_AT_ONCE = 200;

/**
 * Keeps on disk what is in force. The file is replaced as a whole, so that whoever reads it, and whenever
 * the process ends, finds one that is complete; a digest at its end shows one that was damaged.
 *
 * Lines of JSON: a heading, one line for each configuration, a digest.
 */
export class SnapshotFile {
  constructor(
    private readonly path: string,
    private readonly serviceInstanceName: string,
    private readonly json: JsonFormat,
  ) {}

  /**
   * What was written last; undefined if there is no file.
   * @throws SnapshotError if it cannot be used
   */
  async read(): Promise<Snapshot | undefined> {
    await this.removeOldDrafts().catch(() => undefined);
    const text = await this.readText();
    if (text === undefined) return undefined;
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    const digest = lines.pop();
    const [heading = '', ...entries] = lines;
    if (digest !== digestOf(lines)) throw this.unusable('it is damaged or incomplete');
    const { format, serviceInstanceName, savedAt } = JSON.parse(heading) as Heading;
    if (format !== FORMAT) throw this.unusable('another version of the client wrote it');
    if (serviceInstanceName !== this.serviceInstanceName) {
      throw this.unusable(`it is that of the service instance ${serviceInstanceName}`);
    }
    const configurations = entries.map((line) => this.json.parse(line) as ReadConfiguration);
    return { savedAt: new Date(savedAt), configurations };
  }

  /** Replaces it. @throws SnapshotError if it cannot be written */
  async write(configurations: Iterable<ReadConfiguration>): Promise<void> {
    // Of this writer alone: replicas may share a folder, by mistake even the file.
    const draft = `${this.path}.${randomUUID()}`;
    try {
      await this.writeDraft(draft, configurations);
      await rename(draft, this.path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw new SnapshotError(`The snapshot ${this.path} cannot be written: ${messageOf(error)}`);
    }
  }

  private async writeDraft(
    draft: string,
    configurations: Iterable<ReadConfiguration>,
  ): Promise<void> {
    // Configurations may hold secrets: nobody else reads them.
    const file = await open(draft, 'wx', 0o600);
    try {
      const hash = createHash('sha256');
      let lines = `${JSON.stringify(this.heading())}\n`;
      let count = 0;
      for (const { address, value, revision, etag } of configurations) {
        lines += `${this.json.stringify({ address, revision, etag, value })}\n`;
        if (++count % LINES_AT_ONCE !== 0) continue;
        hash.update(lines);
        await file.write(lines);
        lines = '';
        await turn();
      }
      hash.update(lines);
      await file.write(`${lines}${hash.digest('hex')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** A process that was killed while it wrote has left one, and configurations may hold secrets. */
  private async removeOldDrafts(): Promise<void> {
    const [folder, prefix] = [dirname(this.path), `${basename(this.path)}.`];
    for (const name of await readdir(folder)) {
      if (!name.startsWith(prefix) || !UUID.test(name.slice(prefix.length))) continue;
      const file = join(folder, name);
      if (Date.now() - (await stat(file)).mtimeMs > OLD_DRAFT) await rm(file, { force: true });
    }
  }

  private heading(): Heading {
    const { serviceInstanceName } = this;
    return { format: FORMAT, serviceInstanceName, savedAt: new Date().toISOString() };
  }

  private async readText(): Promise<string | undefined> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw this.unusable(messageOf(error));
    }
  }

  private unusable(why: string): SnapshotError {
    return new SnapshotError(`The snapshot ${this.path} cannot be used: ${why}`);
  }
}

function digestOf(lines: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(`${line}\n`);
  return hash.digest('hex');
}
