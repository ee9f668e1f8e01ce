import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandError } from './command-error.js';
import { EXIT } from './exit-code.js';
import { messageOf } from './message-of.js';

/** The token of one login. */
export interface HeldToken {
  issuer: string;
  clientId: string;
  accessToken: string;
  /** Unix milliseconds; null if the issuer did not say. */
  expiresAt: number | null;
}

const FILE = join('tekton', 'credentials.json');

/** The tokens of `tekton login`, one for each URL of Tekton, in a file that only its owner can read. */
export class CredentialsFile {
  readonly path: string;

  constructor({ XDG_CONFIG_HOME: configHome = '' }: NodeJS.ProcessEnv) {
    this.path = join(configHome === '' ? join(homedir(), '.config') : configHome, FILE);
  }

  async find(url: string): Promise<HeldToken | undefined> {
    return (await this.read())[keyOf(url)];
  }

  async put(url: string, token: HeldToken): Promise<void> {
    await this.write({ ...(await this.read()), [keyOf(url)]: token });
  }

  /** @returns whether there was one */
  async remove(url: string): Promise<boolean> {
    const { [keyOf(url)]: removed, ...others } = await this.read();
    if (removed !== undefined) await this.write(others);
    return removed !== undefined;
  }

  private async read(): Promise<Record<string, HeldToken>> {
    try {
      return JSON.parse(await readFile(this.path, 'utf8')) as Record<string, HeldToken>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      const hint = 'Remove it, and log in again';
      throw new CommandError(
        `${this.path} cannot be used: ${error instanceof SyntaxError ? 'it is not JSON' : messageOf(error)}. ${hint}`,
        EXIT.usage,
      );
    }
  }

  /** As a whole or not at all. */
  private async write(tokens: Record<string, HeldToken>): Promise<void> {
    const folder = dirname(this.path);
    const draft = `${this.path}.${process.pid}`;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(draft, `${JSON.stringify(tokens, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
      await chmod(draft, 0o600);
      await rename(draft, this.path);
    } catch (error) {
      await rm(draft, { force: true });
      throw new CommandError(`${this.path} cannot be written: ${messageOf(error)}`, EXIT.usage);
    }
  }
}

function keyOf(url: string): string {
  return url.replace(/\/+$/, '');
}
