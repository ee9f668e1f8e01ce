import { readFileSync } from 'node:fs';
import yargs, { type Argv } from 'yargs';
import { CommandError } from './command-error.js';
import type { Runner } from './command.js';
import { CREATE } from './commands/create.js';
import { DIFF } from './commands/diff.js';
import { EXPORT } from './commands/export.js';
import { GET } from './commands/get.js';
import { HISTORY } from './commands/history.js';
import { APPLICATIONS, INSTANCES, VERSIONS } from './commands/lists.js';
import { LOAD } from './commands/load.js';
import { LOGIN, LOGOUT } from './commands/login.js';
import { WATCH } from './commands/watch.js';
import { DELETE, PATCH, PUT, RESTORE } from './commands/write.js';
import { EXIT } from './exit-code.js';
import { OUTPUT_FORMATS } from './output.js';

/** In the order of the help. */
const COMMANDS = [
  INSTANCES,
  APPLICATIONS,
  VERSIONS,
  CREATE,
  GET,
  PUT,
  PATCH,
  DELETE,
  DIFF,
  HISTORY,
  RESTORE,
  WATCH,
  EXPORT,
  LOAD,
  LOGIN,
  LOGOUT,
];

const WIDEST_HELP = 100;

const EPILOGUE = `Environment:
  TEKTON_URL     as --url
  TEKTON_TENANT  as --tenant
  TEKTON_TOKEN   access token; else TEKTON_ISSUER, TEKTON_CLIENT_ID and TEKTON_CLIENT_SECRET
                 to get one for each call (TEKTON_SCOPE); else the one of tekton login
  TEKTON_NATS_URL  as watch --nats-url

Exit codes: 0 done, 1 diff found differences, ${EXIT.usage} command line or file not usable,
  ${EXIT.refused} refused (not valid, or a clash), ${EXIT.denied} no token or right, ${EXIT.missing} no such thing,
  ${EXIT.unavailable} cannot be reached: try again, ${EXIT.unexpected} unexpected, ${EXIT.interrupted} Ctrl-C

Start with: tekton instances; tekton create my_app; tekton put <instance> my_app --file my_app.yaml`;

/** The command line of `tekton`: `parseAsync` runs what it says. */
export function createCommandLine(words: string[], runner: Runner): Argv {
  const { version } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  const commandLine = yargs(words)
    .scriptName('tekton')
    .locale('en')
    .usage('$0 <command>\n\nReads and changes the configurations of service instances in Tekton.')
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
      'duplicate-arguments-array': false,
    })
    .options({
      url: {
        type: 'string',
        default: process.env.TEKTON_URL ?? 'http://127.0.0.1:8080',
        defaultDescription: 'TEKTON_URL, or http://127.0.0.1:8080',
        describe: 'Tekton, without /api/v1',
      },
      tenant: {
        type: 'string',
        default: process.env.TEKTON_TENANT,
        defaultDescription: 'TEKTON_TENANT, or your own',
        describe: 'Tenant to act in',
      },
      output: {
        alias: 'o',
        choices: OUTPUT_FORMATS,
        describe: 'Default: table for lists, else json',
      },
      timeout: { type: 'number', default: 30, describe: 'Seconds to wait for an answer' },
    })
    .strict()
    .recommendCommands()
    .demandCommand(1, 'Say what to do')
    .completion('completion', 'Print a script that completes commands in bash or zsh')
    .help()
    .alias('help', 'h')
    .version(version)
    .wrap(Math.min(process.stdout.columns || WIDEST_HELP, WIDEST_HELP))
    .exitProcess(false)
    .epilogue(EPILOGUE)
    .check(requireNumbers)
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? new CommandError(`${message ?? ''}. See: tekton --help`, EXIT.usage);
    });
  for (const register of COMMANDS) register(commandLine, runner);
  return commandLine;
}

function requireNumbers(given: Record<string, unknown>): true {
  for (const [name, value] of Object.entries(given)) {
    if (Number.isNaN(value)) throw new CommandError(`--${name} takes a number`, EXIT.usage);
  }
  return true;
}
