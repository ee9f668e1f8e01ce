import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { OPTIONS } from '../../src/settings/options.js';
import { environmentExample, settingsPage } from '../../src/settings/reference.js';
import { loadSettings } from '../../src/settings/settings.js';
import { folderWith } from './settings-files.js';

const committed = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

// To make them anew: npm run build && npm run settings:reference
it('.env.example is current', () => {
  expect(committed('.env.example')).toBe(environmentExample());
});

it('docs/settings.md is current', () => {
  expect(committed('docs/settings.md')).toBe(settingsPage());
});

it('the page names every option and says what it is for', () => {
  for (const [path, { about, takes }] of Object.entries(OPTIONS)) {
    const row = settingsPage()
      .split('\n')
      .find((line) => line.startsWith(`| \`${path}\` `));
    expect(row).toContain(about);
    expect(row).toContain(takes);
  }
});

it('the example shows no secret and sets nothing until somebody does', () => {
  const lines = environmentExample().split('\n');
  expect(lines.filter((line) => line !== '' && !line.startsWith('# '))).toEqual(
    lines.filter((line) => line === '#'),
  );
});

it('the example holds variables that work, with the defaults', () => {
  const variables = environmentExample().matchAll(/^# ([A-Z_]+)=(.*)$/gm);
  const given = Object.fromEntries(
    [...variables].map(([, name = '', value = '']) => [name, value]),
  );
  expect(Object.keys(given)).toHaveLength(Object.keys(OPTIONS).length + 1);
  const needed = {
    TEKTON_CONFIG_FILE: `${folderWith({ 'a.yml': '' })}/a.yml`,
    DATABASE_URL: 'postgres://localhost/tekton',
    KAA_SECURITY_ENABLED: 'false',
    SERVICE_INSTANCE_REPLICA_ID: 'r1',
  };
  const { origin, ...settings } = loadSettings({ ...given, ...needed });
  expect(settings).toEqual({ ...loadSettings(needed), origin: undefined });
  expect(origin.path).toBe(needed.TEKTON_CONFIG_FILE);
});
