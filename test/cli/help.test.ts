import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { layOut } from '../../cli/src/json-layout.js';
import { layOutTable } from '../../cli/src/table.js';
import { Shell } from './run-tekton.js';

const WIDEST = 100;
const COMMANDS = [
  ...['instances', 'applications', 'versions', 'create', 'get', 'put', 'patch', 'delete', 'diff'],
  ...['history', 'restore', 'watch', 'export', 'load', 'login', 'logout'],
];

describe('the help of tekton', () => {
  const help = async (line: string) => {
    const { code, stdout, stderr } = await Shell.inTest({}).tekton(line);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').filter((text) => text.length > WIDEST)).toEqual([]);
    return stdout;
  };

  it('lists all commands, the environment and the exit codes', async () => {
    const text = await help('--help');
    for (const command of COMMANDS)
      expect(text).toMatch(new RegExp(`^ +tekton ${command}\\b`, 'm'));
    for (const name of ['TEKTON_URL', 'TEKTON_TOKEN', 'Exit codes:']) expect(text).toContain(name);
  });

  it.each(COMMANDS)('has an example of %s', async (command) => {
    expect(await help(`${command} --help`)).toMatch(new RegExp(`Examples:\\n +tekton ${command}`));
  });

  it('names every variable of the environment that is read', async () => {
    const text =
      (await help('--help')) + (await help('watch --help')) + (await help('login --help'));
    const folder = new URL('../../cli/src/', import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const sources = files
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(new URL(file, folder), 'utf8'));
    const names = new Set(sources.join('\n').match(/\bTEKTON_[A-Z_]+\b/g));
    expect([...names].filter((name) => !text.includes(name))).toEqual([]);
  });

  it('completes commands in a shell', async () => {
    expect(await help('completion')).toContain('complete ');
    const { stdout } = await Shell.inTest({ SHELL: '/bin/bash' }).tekton(
      '--get-yargs-completions tekton re',
    );
    expect(stdout.trim().split('\n')).toContain('restore');
  });

  it('tells its version', async () => {
    expect(await help('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('a table', () => {
  const ROWS = [
    ['NAME', 'DESCRIPTION'],
    ['kettle', 'boils water, and tells when it is done'],
    ['湯沸かし器', 'the same'],
  ];

  it('is aligned, also with wide characters', () => {
    expect(layOutTable(ROWS)).toEqual([
      'NAME        DESCRIPTION',
      'kettle      boils water, and tells when it is done',
      '湯沸かし器  the same',
    ]);
  });

  it('fits the terminal', () => {
    expect(layOutTable(ROWS, 30)).toEqual([
      'NAME        DESCRIPTION',
      'kettle      boils water, and …',
      '湯沸かし器  the same',
    ]);
  });

  it('does not let what others have named move the cursor', () => {
    expect(layOutTable([['a\u001b[2J\nb']])).toEqual(['a\\u001b[2J\\nb']);
  });
});

describe('JSON that is laid out', () => {
  it.each([
    ['{}', '{}'],
    ['[ ]', '[]'],
    ['{"a":{},"b":[1,2]}', '{\n  "a": {},\n  "b": [\n    1,\n    2\n  ]\n}'],
    ['{"{,}":"[\\"]: "}', '{\n  "{,}": "[\\"]: "\n}'],
    ['1.10', '1.10'],
  ])('%s', (text, laidOut) => {
    expect(layOut(text)).toBe(laidOut);
  });
});
