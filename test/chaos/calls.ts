import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { urlOf, type Address } from './addresses.js';
import type { Answer, Caller } from './caller.js';
import { pick, upTo } from './chance.js';
import type { Cluster } from './cluster.js';

/** One call and what became of it. */
export interface Call {
  what: string;
  /** None if it ended without one. */
  answer?: Answer;
  error?: unknown;
  milliseconds: number;
}

type Make = (rest: Caller, address: Address) => Promise<Answer>;
type Kind = [what: string, make: Make];

const CONFIGURATION: Record<string, Make> = {
  'read of a configuration': (rest, address) => rest.get(urlOf(address)),
  'read of its history': (rest, address) => rest.get(urlOf(address, '/history')),
  'change of a configuration': (rest, address) =>
    rest.put(urlOf(address), documentOf(), randomUUID()),
  'deletion of a configuration': (rest, address) => rest.delete(urlOf(address), randomUUID()),
  'dry run of a change': (rest, address) =>
    rest.put(`${urlOf(address)}&dryRun=true`, documentOf(), randomUUID()),
};

const APPLICATIONS: Record<string, Make> = {
  'list of applications': (rest) => rest.get('/applications'),
  'creation of an application': (rest) => create(rest, randomUUID()),
  'creation and deletion of an application': async (rest) => {
    const name = randomUUID();
    const created = await create(rest, name);
    return created.status === 201 ? rest.delete(`/applications/${name}`, randomUUID()) : created;
  },
  'dry run of a deletion': (rest) => rest.delete('/applications/app_1?dryRun=true', randomUUID()),
};

/** Of one configuration, so that the message about it names its revision. */
const BULK: Record<string, Make> = {
  'load of configurations': (rest) => rest.post('/app-configs', loadOf()),
  'dry run of a load': (rest) => rest.post('/app-configs?dryRun=true', loadOf()),
  'export of configurations': (rest) => rest.get('/app-configs'),
  'bulk read': (rest) => rest.get('/bulk'),
};

/** One of each: by one statement, by transactions of several, and as a stream. */
const KINDS: readonly Kind[] = [CONFIGURATION, APPLICATIONS, BULK].flatMap(Object.entries<Make>);

/** Never the same twice, since that would be no change. */
const documentOf = () => ({ path: '/', value: randomUUID() });
const create = (rest: Caller, name: string) => rest.post('/applications', { name });
const loadOf = () => ({ cmx: { kaa: { applications: { app_1: documentOf() } } } });

/** Makes one call of each kind at a time. */
export function callAll(rest: Caller, address: Address): Promise<Call[]> {
  return Promise.all(KINDS.map((kind) => call(kind, rest, address)));
}

async function call([what, make]: Kind, rest: Caller, address: Address): Promise<Call> {
  const from = performance.now();
  const spent = () => performance.now() - from;
  try {
    const answer = await make(rest, address);
    return { what, answer, milliseconds: spent() };
  } catch (error) {
    return { what, error, milliseconds: spent() };
  }
}

/** Callers that make calls of all kinds, one after the other, through all replicas. */
export class Callers {
  readonly calls: Call[] = [];
  private stopping = false;
  private readonly work: Promise<unknown>;

  constructor(
    private readonly cluster: Cluster,
    private readonly addresses: readonly Address[],
    { count = 4, pauseMs = 60 } = {},
  ) {
    this.work = Promise.all(Array.from({ length: count }, () => this.callOn(pauseMs)));
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.work;
  }

  private async callOn(pauseMs: number): Promise<void> {
    while (!this.stopping) {
      const { rest } = await this.cluster.anyServing();
      this.calls.push(await call(pick(KINDS), rest, pick(this.addresses)));
      await sleep(upTo(pauseMs));
    }
  }
}

/** Whether it did what was asked; that there is nothing to read or to delete is an answer too. */
export function succeeded({ answer }: Call): boolean {
  return answer !== undefined && (answer.status < 300 || answer.status === 404);
}

/** Calls that were refused otherwise than by a clear 503, or had no answer at all: one line each. */
export function unclear(calls: readonly Call[]): string[] {
  return calls
    .filter((one) => !succeeded(one) && !isClearRefusal(one))
    .map(({ what, answer, error, milliseconds }) => {
      const end = answer ? `${answer.status} ${answer.text}` : String(error);
      return `${what}, after ${Math.round(milliseconds)} ms: ${end}`;
    });
}

function isClearRefusal({ what, answer }: Call): boolean {
  // Of an answer that has begun the connection is cut, so that half of it does not look whole.
  if (answer === undefined) return what === 'bulk read' || what === 'export of configurations';
  const { status, headers, text } = answer;
  return (
    status === 503 &&
    /^\d+$/.test(headers['retry-after'] ?? '') &&
    /^application\/json\b/.test(headers['content-type'] ?? '') &&
    /"message":"[^"]+/.test(text)
  );
}

/** How they ended and how long the longest of each ending took. */
export function figuresOfCalls(calls: readonly Call[]): Record<string, number | string> {
  const refused = calls.filter((one) => !succeeded(one));
  const longest = (some: readonly Call[]) =>
    `${Math.round(Math.max(0, ...some.map(({ milliseconds }) => milliseconds)))} ms`;
  return {
    calls: calls.length,
    refused: refused.length,
    'longest refusal': longest(refused),
    'longest success': longest(calls.filter(succeeded)),
  };
}
