import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findProcesses } from '../../src/local/process-table.js';
import { DEMO_TIMEOUT, runDemo, type Demo } from './run-demo.js';

/** The widest line that a terminal of 100 columns shows without a break. */
const WIDTH = 100;

function expectNothingLeft(demo: Demo): void {
  expect(demo.livingProcesses()).toEqual([]);
  expect(findProcesses(demo.folder)).toEqual([]);
  expect(readdirSync(demo.folder)).toEqual([]);
}

test(
  'the demo ends with every replica having what Tekton has, and leaves nothing behind',
  { timeout: DEMO_TIMEOUT },
  async () => {
    const demo = runDemo();
    const code = await demo.ended;
    const output = demo.output();
    expect(output).toContain('Every replica has what Tekton has.');
    expect(code).toBe(0);
    for (const name of ['epts-1', 'epts-2', 'epts-3', 'dcx-1']) {
      expect(output).toMatch(new RegExp(`${name} +the same \\d+ configurations`));
    }
    for (const how of ['told by NATS', 'told by GET /changes', 'from its file', 'refused: two']) {
      expect(output).toContain(how);
    }
    expect(output.split('\n').filter((line) => line.length > WIDTH)).toEqual([]);
    // There is no terminal: it is to be read in a file.
    expect(output).not.toContain('\x1b');
    expectNothingLeft(demo);
  },
);

test(
  'the demo fails, and says who and what, if a replica does not follow',
  { timeout: DEMO_TIMEOUT },
  async () => {
    const demo = runDemo();
    const [, pid] = await demo.says(/epts-2 +loaded.*\(process (\d+)\)/);
    process.kill(Number(pid), 'SIGSTOP');
    expect(await demo.ended).toBe(1);
    expect(demo.output()).toMatch(
      new RegExp(`epts-2 \\(process ${pid ?? ''}\\) should apply revision \\d+ of \\w+ [\\w-]+`),
    );
    expectNothingLeft(demo);
  },
);

test.each([/Starting PostgreSQL/, /3\. Mistakes/])(
  'Ctrl-C after %s ends all of it',
  { timeout: DEMO_TIMEOUT },
  async (text) => {
    const demo = runDemo();
    await demo.says(text);
    demo.signal('SIGINT');
    expect(await demo.ended).toBe(130);
    expectNothingLeft(demo);
  },
);
