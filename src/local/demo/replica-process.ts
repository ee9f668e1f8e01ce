import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LocalError } from '../local-error.js';
import { OwnProcess } from '../own-process.js';
import { parseReplicaLine, type ReplicaLine } from './replica-lines.js';

/** What {@link ReplicaProcess} needs. */
export interface ReplicaOptions {
  projectRoot: string;
  name: string;
  serviceInstanceName: string;
  /** The whole environment, apart from its names. */
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/** Each step has to be done by then. */
export const STEP_TIMEOUT = 10_000;
const START_TIMEOUT = 30_000;
const STOP_TIMEOUT = 2000;
const SHOWN_LINES = 10;

/** A replica of a service: the program in `examples/replica`, known by the lines that it prints. */
export class ReplicaProcess {
  readonly name: string;
  readonly serviceInstanceName: string;
  private readonly signal: AbortSignal;
  private readonly process: OwnProcess;
  private readonly output: string[] = [];
  private readonly lines: ReplicaLine[] = [];
  private readonly printed = new EventEmitter<{ line: [] }>().setMaxListeners(0);

  /** Begins it; see {@link untilListening}. */
  constructor({ projectRoot, name, serviceInstanceName, env, signal }: ReplicaOptions) {
    this.name = name;
    this.serviceInstanceName = serviceInstanceName;
    this.signal = signal;
    this.process = new OwnProcess({
      program: join(projectRoot, 'examples', 'replica', 'dist', 'main.js'),
      env: { ...env, SERVICE_INSTANCE_NAME: serviceInstanceName, REPLICA: name },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = this.process.child;
    for (const stream of [stdout, stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (text) => {
        this.read(text);
      });
    }
    void this.process.ended.then(() => this.printed.emit('line'));
  }

  get pid(): number {
    return this.process.pid;
  }

  /** How many lines it has printed: what comes later is new. */
  get mark(): number {
    return this.lines.length;
  }

  untilListening(): Promise<ReplicaLine> {
    const isListening = ({ event }: ReplicaLine) => event === 'listening';
    return this.waitFor(isListening, 'begin to listen', { timeout: START_TIMEOUT });
  }

  /**
   * Waits for a line, unless it has been printed already.
   * @param what that it does then, for the message if it does not
   * @param options.from a mark: lines before it do not count
   * @throws LocalError if it ends, or too much time goes by
   */
  async waitFor(
    isWanted: (line: ReplicaLine) => boolean,
    what: string,
    { from = 0, timeout = STEP_TIMEOUT }: { from?: number; timeout?: number } = {},
  ): Promise<ReplicaLine> {
    const late = AbortSignal.timeout(timeout);
    const signal = AbortSignal.any([late, this.signal]);
    for (let next = from; ; next++) {
      while (next >= this.lines.length) {
        if (!this.process.isRunning) throw this.failure(what, 'ended without it');
        try {
          await once(this.printed, 'line', { signal });
        } catch {
          this.signal.throwIfAborted();
          throw this.failure(what, `did not do so within ${timeout / 1000} s`);
        }
      }
      const line = this.lines[next];
      if (line !== undefined && isWanted(line)) return line;
    }
  }

  /** How many of its lines are such. */
  count(isWanted: (line: ReplicaLine) => boolean): number {
    return this.lines.filter(isWanted).length;
  }

  /**
   * Asks its own API.
   * @param body what is posted; without it the call is a GET
   * @returns the text of the answer
   * @throws LocalError if it does not answer
   */
  async call(path: string, body?: unknown): Promise<string> {
    const { url = '' } = await this.untilListening();
    try {
      const response = await fetch(`${url}${path}`, {
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
        signal: AbortSignal.any([AbortSignal.timeout(STEP_TIMEOUT), this.signal]),
      });
      return await response.text();
    } catch (error) {
      this.signal.throwIfAborted();
      throw this.failure(`answer ${path}`, error instanceof Error ? error.message : 'did not');
    }
  }

  /** How many requests it has made to Tekton for configurations. */
  async reads(): Promise<number> {
    const metrics = await this.call('/metrics');
    const counts = metrics.matchAll(
      /^tekton_client_reads_total\{.*what="configuration".*\} (\d+)/gm,
    );
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  stop(): Promise<void> {
    return this.process.stop(STOP_TIMEOUT);
  }

  private read(text: string): void {
    this.output.push(text);
    if (this.output.length > SHOWN_LINES) this.output.shift();
    const line = parseReplicaLine(text);
    if (line === undefined) return;
    this.lines.push(line);
    this.printed.emit('line');
  }

  private failure(what: string, how: string): LocalError {
    const last = this.output.map((line) => `\n  ${line}`).join('') || ' nothing';
    return new LocalError(
      `${this.name} (process ${this.pid}) should ${what}, but ${how}. Its last lines:${last}`,
    );
  }
}
