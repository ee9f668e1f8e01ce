import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { Shell, withoutVersion } from './run-tekton.js';

const README = readFileSync(new URL('../../cli/README.md', import.meta.url), 'utf8');
const MAIN = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));

/** Command lines of the session in the README, with what they print. */
const SESSION = [...README.matchAll(/```console\n([^]*?)```/g)].flatMap(([, block = '']) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...output] = part.split('\n');
      return { command, output: output.join('\n') };
    }),
);

describe('the session in the README of tekton', () => {
  let test: TestTekton;
  let shell: Shell;

  beforeAll(async () => {
    test = await startTestTekton();
    shell = new Shell();
    mkdirSync(`${shell.folder}/bin`);
    shell.file('bin/tekton', `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
    chmodSync(`${shell.folder}/bin/tekton`, 0o755);
  });
  afterAll(async () => {
    shell.remove();
    await test.stop();
  });

  it('was really run', async () => {
    expect(SESSION.length).toBeGreaterThan(8);
    for (const { command, output } of SESSION) {
      expect(`$ ${command}\n${stable(await run(command))}`).toBe(`$ ${command}\n${stable(output)}`);
    }
  });

  async function run(command: string): Promise<string> {
    const env = {
      PATH: `${shell.folder}/bin:${process.env.PATH ?? ''}`,
      XDG_CONFIG_HOME: shell.folder,
      TEKTON_URL: withoutVersion(test.rest.baseUrl),
      TEKTON_NATS_URL: test.nats.url,
    };
    const { stdout } = await promisify(execFile)('bash', ['-c', `{ ${command}; } 2>&1; true`], {
      cwd: shell.folder,
      env,
    });
    return stdout;
  }
});

/** Without what is another one each time, and without spaces that nobody sees. */
function stable(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/ +$/gm, '')
    .replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, '<id>')
    .trim();
}
