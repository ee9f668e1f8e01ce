import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { posix } from 'node:path';
import { DockerfileParser } from 'dockerfile-ast';
import { ValidationSeverity, validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS_FILE } from '../../src/settings/settings.js';
import { placeOf, textOf } from './repository-files.js';

const text = textOf('Dockerfile');
const instructions = DockerfileParser.parse(text).getInstructions();

/** The arguments of each instruction of a kind, in the last stage only if wished. */
function argumentsOf(keyword: string, where: 'anywhere' | 'last stage' = 'anywhere'): string[] {
  const from = instructions.map((one) => one.getKeyword()).lastIndexOf('FROM');
  return instructions
    .slice(where === 'anywhere' ? 0 : from)
    .filter((one) => one.getKeyword() === keyword)
    .map((one) => one.getArgumentsContent() ?? '');
}

describe('the Dockerfile', () => {
  it('has no fault that the linter finds', () => {
    const all = {
      deprecatedMaintainer: ValidationSeverity.ERROR,
      directiveCasing: ValidationSeverity.ERROR,
      emptyContinuationLine: ValidationSeverity.ERROR,
      instructionCasing: ValidationSeverity.ERROR,
      instructionCmdMultiple: ValidationSeverity.ERROR,
      instructionEntrypointMultiple: ValidationSeverity.ERROR,
      instructionHealthcheckMultiple: ValidationSeverity.ERROR,
      instructionJSONInSingleQuotes: ValidationSeverity.ERROR,
      instructionUnnecessaryArgument: ValidationSeverity.ERROR,
      instructionWorkdirRelative: ValidationSeverity.ERROR,
    };
    expect(validate(text, all)).toEqual([]);
  });

  it('builds every stage on one image of an exact version', () => {
    expect(argumentsOf('ARG')[0]).toMatch(/^NODE_IMAGE=node:\d+\.\d+\.\d+-bookworm-slim/);
    for (const from of argumentsOf('FROM')) expect(from).toMatch(/^\$\{NODE_IMAGE\}( AS \w+)?$/);
  });

  it('installs what the lock file says, runs no script of a package, and leaves PostgreSQL out', () => {
    const installations = argumentsOf('RUN').filter((run) => run.startsWith('npm ci'));
    expect(installations).toHaveLength(2);
    for (const run of installations) expect(run).toContain('--ignore-scripts');
    // The first installs what the build needs, in a stage that nothing but `dist` is taken from.
    expect(installations[1]).toContain('--omit=dev --omit=optional');
  });

  it('starts Tekton itself, without a shell, as a numbered user', () => {
    expect(argumentsOf('ENTRYPOINT', 'last stage')).toEqual(['["node", "dist/bundle/main.js"]']);
    expect(argumentsOf('CMD')).toEqual([]);
    expect(argumentsOf('USER', 'last stage')).toEqual(['1000:1000']);
    expect(argumentsOf('STOPSIGNAL', 'last stage')).toEqual(['SIGTERM']);
    expect(argumentsOf('ENV', 'last stage')).toContain(
      `TEKTON_CONFIG_FILE=${DEFAULT_SETTINGS_FILE}`,
    );
  });

  it('finds out by itself whether Tekton lives', async () => {
    const [, command = ''] = /CMD (\[.*\])$/.exec(argumentsOf('HEALTHCHECK')[0] ?? '') ?? [];
    const [program = '', ...args] = JSON.parse(command) as string[];
    expect(program).toBe('node');
    const server = createServer(({ url }, response) => {
      response.writeHead(url === '/health/live' ? 200 : 404).end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const env = { MANAGEMENT_PORT: String((server.address() as AddressInfo).port) };
    const exitCode = async () => {
      const [code] = (await once(spawn(process.execPath, args, { env }), 'exit')) as [number];
      return code;
    };
    expect(await exitCode()).toBe(0);
    server.close();
    expect(await exitCode()).toBe(1);
  });

  it('copies only what .dockerignore lets through, and what is there', () => {
    const ofContext = text.matchAll(/^COPY (?!--from)(?:--\S+ )*(.+) \S+$/gm);
    const copied = [...ofContext].flatMap(([, paths = '']) => paths.split(' '));
    expect([...new Set(copied)].sort()).toEqual([...letThrough()].sort());
    for (const path of copied) expect(existsSync(placeOf(path))).toBe(true);
  });
});

it('.dockerignore keeps everything out but what it names', () => {
  const [first, ...rest] = lines();
  expect(first).toBe('*');
  // After what is let in, only parts of that are kept out again.
  for (const line of rest.filter((one) => !one.startsWith('!'))) {
    expect(letThrough()).toContain(posix.dirname(line));
  }
});

function letThrough(): string[] {
  return lines()
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
}

function lines(): string[] {
  return textOf('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}
