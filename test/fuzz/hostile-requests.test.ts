import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiDocument } from '../openapi/api-document.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { FAULTS, hostileRequest, type HostileRequest } from './hostile-requests.js';
import { LIMITS_ENVIRONMENT } from './limits.js';
import { Random } from './random.js';
import { send } from './raw-client.js';
import { show, toBytes } from './raw-request.js';
import { faultsOfRefusal } from './refusal.js';
import {
  CONFIGURATION_PATHS,
  makeWhatExamplesName,
  parametersOf,
  soundRequest,
} from './sound-requests.js';

const SEED = Number(process.env.TEKTON_FUZZ_SEED ?? 1);
const REQUESTS = Number(process.env.TEKTON_FUZZ_REQUESTS ?? 5_000);
const AT_A_TIME = 8;
const TIMEOUT_MS = Math.max(60_000, REQUESTS * 12);

let test: TestTekton;
let api: ApiDocument;
let port: number;
let schemas: Record<string, unknown>;
beforeAll(async () => {
  test = await startTestTekton(LIMITS_ENVIRONMENT);
  port = Number(new URL(test.tekton.restUrl).port);
  api = await ApiDocument.of(test.rest);
  schemas = api.document.components?.schemas ?? {};
  await makeWhatExamplesName(test.rest);
});
afterAll(() => test.stop());

it('what is to be spoiled is taken by every operation while it is sound', async () => {
  for (const operation of api.operations) {
    for (let index = 0; index < 8; index++) {
      const request = soundRequest(operation, schemas, Random.of(SEED, index));
      // Only tried: it must be there for the next one.
      const isWrite = parametersOf(operation, 'query').some(({ name }) => name === 'dryRun');
      if (isWrite) request.query.push('dryRun=true');
      const { answers, fault } = await send(port, request);
      const [answer] = answers;
      expect([show(toBytes(request)), fault, answer?.status, answer?.body]).toEqual([
        expect.any(String),
        undefined,
        expect.toSatisfy((status: number) => status >= 200 && status < 300),
        answer?.body,
      ]);
    }
  }
});

describe(`${REQUESTS} hostile requests of seed ${SEED}`, () => {
  const tried = new Map<string, number>();
  let before: string[];
  let messages: number;
  beforeAll(async () => {
    // Applications, versions and three configurations of two revisions each.
    await test.subscriber.take(8);
    before = await whatIsStored();
    messages = test.subscriber.all.length;
  });

  it(
    'are all refused, in the form that is promised',
    async () => {
      const failures: string[] = [];
      let next = 0;
      const sendInTurn = async () => {
        for (let index = next++; index < REQUESTS && failures.length < 10; index = next++) {
          const hostile = hostileRequest(SEED, index, api.operations, schemas);
          for (const { name } of hostile.faults) tried.set(name, (tried.get(name) ?? 0) + 1);
          const outcome = await send(port, hostile.request);
          const faults = faultsOfRefusal(hostile, outcome);
          if (faults.length > 0) failures.push(describeFailure(index, hostile, faults, outcome));
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, sendInTurn));
      expect(failures.join('\n\n')).toBe('');
    },
    TIMEOUT_MS,
  );

  it('have had every fault among them', () => {
    const untried = FAULTS.filter(({ name }) => !tried.has(name));
    expect(untried.map(({ name }) => name)).toEqual([]);
  });

  it('have stored nothing and told nobody', async () => {
    expect(await whatIsStored()).toEqual(before);
    // Told after whatever the hostile requests would have made be told.
    const last = await test.rest.put('/tenant-configs?serviceInstanceName=cmx', { last: true });
    expect(last.status).toBe(201);
    expect(await test.subscriber.summaries(1)).toEqual(['targeted upsert cmx: kaa - - r1']);
    expect(test.subscriber.all.length).toBe(messages + 1);
  });
});

/** All that reads show: what is there, its history, and the place of the last message. */
async function whatIsStored(): Promise<string[]> {
  const bulk = await test.rest.get('/bulk');
  const answers = [
    bulk,
    await test.rest.get('/app-configs'),
    await test.rest.get('/applications'),
    ...(await Promise.all(
      CONFIGURATION_PATHS.map((path) => test.rest.get(`${path}/history?serviceInstanceName=epts`)),
    )),
  ];
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const [etag, position] = ['etag', 'x-position'].map((name) => bulk.headers.get(name) ?? '');
  return [etag ?? '', position ?? '', ...answers.map(({ text }) => text)];
}

function describeFailure(
  index: number,
  { request, operation, faults }: HostileRequest,
  found: readonly string[],
  outcome: object,
): string {
  return [
    `Request ${index} of seed ${SEED}, to ${operation.method} ${operation.path}, with:`,
    ...faults.map(({ name, statuses }) => `- ${name} (${statuses.join(', ') || 'closed'})`),
    `was answered with ${found.join(', ')}:`,
    JSON.stringify(outcome, (_, value: unknown) =>
      value instanceof Map ? [...(value as ReadonlyMap<string, string>)] : value,
    ).slice(0, 1_000),
    `Sent, then ${request.ending}: ${show(toBytes(request))}`,
  ].join('\n');
}
