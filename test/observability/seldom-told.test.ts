import { describe, expect, it } from 'vitest';
import { serializeError } from '../../src/logging/error-serializer.js';
import { SharedQuestion, SilenceError } from '../../src/management/shared-question.js';
import { ListAnnouncer } from '../../src/tenancy/list-announcer.js';
import { Seldom } from '../../src/retry/seldom.js';
import { TenantList } from '../../src/tenancy/tenant-list.js';
import { LogLines } from '../support/log-lines.js';

it('what goes on is said at once, then after ever longer times, and anew when it comes again', () => {
  let now = 0;
  const seldom = new Seldom(() => now);
  const said: number[] = [];
  for (; now <= 3600; now++) if (isDueAt()) said.push(now);
  expect(said.slice(0, 6)).toEqual([0, 2, 6, 14, 30, 62]);
  const gaps = said.slice(1).map((at, index) => at - (said[index] ?? 0));
  expect(Math.max(...gaps)).toBe(300);
  seldom.reset();
  expect(isDueAt()).toBe(true);

  /** Seconds are enough here. */
  function isDueAt(): boolean {
    const seconds = now;
    now = seconds * 1000;
    const isDue = seldom.isDue();
    now = seconds;
    return isDue;
  }
});

describe('the log is told of the list of tenants', () => {
  it('that it cannot be read, not at each attempt, and that it can again', () => {
    const log = new LogLines();
    const announcer = new ListAnnouncer(log.logger);
    for (let n = 0; n < 100; n++) announcer.failed('It is away', 'No token can be checked');
    expect(log.text.match(/It is away/g)).toHaveLength(1);
    announcer.read(undefined, TenantList.EMPTY, []);
    expect(log.text).toMatch(/"failures":100,"msg":"The list of tenants can be read again"/);
    announcer.failed('It is away', 'No token can be checked');
    expect(log.text.match(/It is away/g)).toHaveLength(2);
  });

  it('all that is wrong with it, each fault once for as long as it stands', () => {
    const log = new LogLines();
    const announcer = new ListAnnouncer(log.logger);
    const read = (...faults: string[]) => {
      announcer.read(TenantList.EMPTY, TenantList.EMPTY, faults);
    };
    const told = (fault: string) => log.text.split(`at fault: ${fault}.`).length - 1;
    read('one', 'two');
    read('one', 'two', 'three');
    expect(['one', 'two', 'three'].map(told)).toEqual([1, 1, 1]);
    read('two');
    read('one', 'two');
    expect(['one', 'two', 'three'].map(told)).toEqual([2, 1, 1]);
    read(...Array.from({ length: 1000 }, (_, n) => `many ${n}`));
    expect(log.text.match(/at fault: many/g)).toHaveLength(50);
    expect(log.text).toContain('has 950 more faults');
  });
});

describe('a question that many share', () => {
  it('is asked once at a time, and waited for by each as long as it likes', async () => {
    const answers: ((answer: string) => void)[] = [];
    const question = new SharedQuestion(
      () => new Promise<string>((resolve) => answers.push(resolve)),
    );
    const impatient = Array.from({ length: 50 }, () => question.answer(1));
    for (const outcome of await Promise.allSettled(impatient)) {
      expect(outcome).toMatchObject({ reason: expect.any(SilenceError) as Error });
    }
    const patient = [question.answer(30_000), question.answer(30_000)];
    expect(answers).toHaveLength(1);
    answers[0]?.('well');
    expect(await Promise.all(patient)).toEqual(['well', 'well']);
    const next = question.answer(30_000);
    answers[1]?.('better');
    expect(await next).toBe('better');
  });

  it('that fails does so for all, and is asked again', async () => {
    let asked = 0;
    const question = new SharedQuestion(() => Promise.reject(new Error(`vain ${++asked}`)));
    await expect(Promise.all([question.answer(1000), question.answer(1000)])).rejects.toThrow(
      'vain 1',
    );
    await expect(question.answer(1000)).rejects.toThrow('vain 2');
  });
});

describe('errors in the log', () => {
  it('hold what each of several errors says, and no more than a bound', () => {
    const several = new AggregateError([new Error('first'), new Error('second')], '');
    expect(serializeError(several).errors?.map(({ message }) => message)).toEqual([
      'first',
      'second',
    ]);
    const long = Object.assign(new Error('x'.repeat(1e5)), { code: 'y'.repeat(1e5) });
    expect(JSON.stringify(serializeError(long)).length).toBeLessThan(6000);
  });

  it('hold nothing of what was thrown that is no error', () => {
    expect(serializeError({ password: 'secret' })).toEqual({
      type: 'object',
      message: '[object Object]',
    });
    expect(serializeError(Object.create(null)).message).toBe('[object Object]');
    expect(serializeError('x'.repeat(1e5)).message).toHaveLength(1000);
  });
});
