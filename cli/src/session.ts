import { findToken } from './access-token.js';
import { CommandError } from './command-error.js';
import { CredentialsFile } from './credentials-file.js';
import { EXIT } from './exit-code.js';
import { Output, type OutputFormat } from './output.js';
import { TektonApi } from './tekton-api.js';

/** What every command takes. */
export interface CommonArguments {
  url: string;
  tenant: string | undefined;
  output: OutputFormat | undefined;
  /** Seconds. */
  timeout: number;
}

/** What a command works with. */
export class Session {
  readonly output: Output;
  readonly credentials: CredentialsFile;
  private api: TektonApi | undefined;

  constructor(
    readonly given: CommonArguments,
    readonly env: NodeJS.ProcessEnv,
    /** Ends the command, as by Ctrl-C. */
    readonly signal: AbortSignal,
  ) {
    this.output = new Output(given.output);
    this.credentials = new CredentialsFile(env);
    if (!(given.timeout > 0 && given.timeout <= 3600)) {
      throw new CommandError('--timeout takes seconds, more than 0 and up to 3600', EXIT.usage);
    }
    if (!/^https?:\/\//.test(given.url) || !URL.canParse(given.url)) {
      throw new CommandError(
        `"${given.url}" is no URL of Tekton, which is like http://127.0.0.1:8080 (--url, TEKTON_URL)`,
        EXIT.usage,
      );
    }
  }

  get timeoutMs(): number {
    return this.given.timeout * 1000;
  }

  /** Tekton's API, with the token that is found first. */
  async tekton(): Promise<TektonApi> {
    this.api ??= new TektonApi({
      url: this.given.url,
      token: await findToken(this.given.url, this.env, this.credentials, this.timeoutMs),
      timeout: this.timeoutMs,
      signal: this.signal,
    });
    return this.api;
  }
}
