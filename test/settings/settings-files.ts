import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SettingsError } from '../../src/settings/settings-error.js';
import { loadSettings, type Settings } from '../../src/settings/settings.js';

const DATABASE = { DATABASE_URL: 'postgres://tekton@localhost/tekton' };

/** A folder with the files given, for the time of one test. */
export function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tekton-settings-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/**
 * Loads settings from a file of this content, security off, with a database.
 *
 * @param files that lie beside it
 */
export function load(
  yaml: string,
  environment: Record<string, string> = {},
  files: Record<string, string> = {},
): Settings {
  const folder = folderWith({ 'service-config.yml': yaml, ...files });
  const TEKTON_CONFIG_FILE = join(folder, 'service-config.yml');
  const KAA_SECURITY_ENABLED = 'false';
  return loadSettings({ TEKTON_CONFIG_FILE, KAA_SECURITY_ENABLED, ...DATABASE, ...environment });
}

/** The faults that keep settings from being loaded. */
export function faultsOf(load: () => unknown): readonly string[] {
  return errorOf(load).faults;
}

export function errorOf(load: () => unknown): SettingsError {
  try {
    load();
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error('The settings have no fault');
}
