import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { folderWith } from './settings-files.js';

const SCRIPT = fileURLToPath(new URL('../../dist/check-config.js', import.meta.url));

interface Ending {
  code: number;
  stdout: string;
  stderr: string;
}

function check(args: readonly string[], environment: Record<string, string> = {}): Promise<Ending> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, ...environment };
    const child = execFile(process.execPath, [SCRIPT, ...args], { env }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

describe('the check of the settings', () => {
  it('tells what is in force and where it is given, but no secret', async () => {
    const folder = folderWith({
      'my.yml': `
        kaa:
          security.enabled: false
          service-instances:
            a: { serviceName: A, serviceGroup: G, appConfigurationSchema: { type: object } }
        http: { port: 9000, body-limit: 1048576 }
        nats: { user: u, password: hunter2 }
        logging.level: debug`,
      url: 'postgres://u:hunter3@db/t\n',
    });
    const { code, stdout, stderr } = await check([`${folder}/my.yml`], {
      DATABASE_URL_FILE: `${folder}/url`,
      NATS_URL: 'nats://a:1,nats://b:2',
      LOG_LEVEL: 'warn',
      TEKTON_CONFIG_FILE: '/not/this',
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))).toEqual([
      'The settings are valid.',
      '',
      `File: ${folder}/my.yml`,
      'Service instances: 1 (a)',
      'JSON Schemas: 1',
      'Options that differ from their defaults, and where they are given:',
      'kaa.security.enabled | false | the file',
      'http.port | 9000 | the file',
      'database.url | (secret) | DATABASE_URL_FILE',
      'nats.urls | (secret) | NATS_URL',
      'nats.user | u | the file',
      'nats.password | (secret) | the file',
      'logging.level | warn | LOG_LEVEL',
      '',
    ]);
  });

  it('tells every fault with its place, as the start does', async () => {
    const folder = folderWith({ 'my.yml': 'http.prot: 1\nkaa.service-instances: { a: {} }' });
    const { code, stdout, stderr } = await check([], {
      TEKTON_CONFIG_FILE: `${folder}/my.yml`,
      KAA_SECURITY_ENABLED: 'false',
    });
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr.trimEnd().split('\n')).toEqual([
      `Tekton does not start: 4 faults in its settings (${folder}/my.yml):`,
      '  - http.prot: is not an option; did you mean http.port?',
      '  - kaa.service-instances.a.serviceName: is required',
      '  - kaa.service-instances.a.serviceGroup: is required',
      expect.stringMatching(/^ {2}- database\.url: is required/),
    ]);
  });

  it('says how it is used', async () => {
    const usage = expect.stringContaining('npm run config:check [file]') as string;
    expect(await check(['--help'])).toEqual({ code: 0, stdout: usage, stderr: '' });
    expect(await check(['--halp'])).toEqual({ code: 64, stdout: '', stderr: usage });
    expect(await check(['a.yml', 'b.yml'])).toMatchObject({ code: 64, stderr: usage });
  });
});
