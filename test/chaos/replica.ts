import type { Gate } from '../support/gate.js';
import { TektonProcess, type Ending } from '../support/tekton-process.js';
import { Caller } from './caller.js';

/** What its environment is made of at each start. */
export type EnvironmentOf = (replicaId: string) => Record<string, string>;

interface Run {
  process: TektonProcess;
  /** Known once it serves. */
  callers?: { rest: Caller; management: Caller };
  /** Known once it has ended, which it must not by itself. */
  ending?: Ending;
}

/** One Tekton of a cluster, a process that can be broken in every way and started again. */
export class Replica {
  private run: Run | undefined;
  private starts = 0;
  private isFrozen = false;

  /**
   * @param toDatabase the gates that it goes through, if it goes through any
   */
  constructor(
    private readonly name: string,
    private readonly environmentOf: EnvironmentOf,
    readonly toDatabase?: Gate,
    readonly toNats?: Gate,
  ) {}

  /** Another one at each start, as pods have it: the ID of a dead one would win its lease back at once. */
  get id(): string {
    return `${this.name}-${this.starts}`;
  }

  /** Whether it can be expected to answer: it may be asked, but also just be dying. */
  get isServing(): boolean {
    return this.run?.callers !== undefined && !this.isFrozen;
  }

  /** Who calls its API, which is at another port at each start. */
  get rest(): Caller {
    return this.requireCallers().rest;
  }

  get management(): Caller {
    return this.requireCallers().management;
  }

  /** Resolves once it serves. */
  async start(): Promise<void> {
    this.starts++;
    const run: Run = { process: new TektonProcess(this.environmentOf(this.id)) };
    this.run = run;
    void run.process.end().then((ending) => (run.ending = ending));
    const { restUrl, managementUrl } = await run.process.waitForLog('Tekton is ready');
    run.callers = {
      rest: new Caller(`${String(restUrl)}/api/v1`),
      management: new Caller(String(managementUrl)),
    };
  }

  /** Kills it without a chance to do anything more. */
  async kill(): Promise<void> {
    const { process } = this.leave();
    this.isFrozen = false;
    await process.kill();
  }

  /** Stops it in order. */
  async stop(): Promise<Ending> {
    const { process } = this.leave();
    process.signal('SIGTERM');
    return process.end();
  }

  /** From now on it stands still, and knows nothing of that. */
  freeze(): void {
    this.isFrozen = true;
    this.run?.process.signal('SIGSTOP');
  }

  thaw(): void {
    this.run?.process.signal('SIGCONT');
    this.isFrozen = false;
  }

  /** Bytes of memory that the process really has. */
  async memory(): Promise<number> {
    const { text } = await this.management.get('/metrics');
    const [, bytes] = /^process_resident_memory_bytes (\S+)$/m.exec(text) ?? [];
    if (bytes === undefined) throw new Error('/metrics does not tell the memory of the process');
    return Number(bytes);
  }

  /** Kills whatever there is of it, and closes its gates. */
  async end(): Promise<void> {
    if (this.run !== undefined) await this.kill();
    this.toDatabase?.close();
    this.toNats?.close();
  }

  private leave(): Run {
    const { run } = this;
    if (run === undefined) throw new Error(`${this.name} does not run`);
    this.run = undefined;
    return run;
  }

  private requireCallers(): NonNullable<Run['callers']> {
    const { callers, ending } = this.run ?? {};
    if (ending) throw new Error(`${this.id} ended with ${ending.code}:\n${ending.stderr}`);
    if (callers === undefined) throw new Error(`${this.name} does not serve`);
    return callers;
  }
}
