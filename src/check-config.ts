import { fail } from './fail.js';
import { loadSettings } from './settings/settings.js';
import { summaryOf } from './settings/summary.js';

const USAGE = `npm run config:check [file]: says whether Tekton would start with its settings, and starts nothing.

  npm run config:check                  checks the file that TEKTON_CONFIG_FILE names
                                        (default /srv/tekton/service-config.yml)
  npm run config:check -- my.yml        checks this file
  npm run config:check -- --help        tells this
  node dist/check-config.js [file]      does the same where Tekton is built already

The environment counts as it does at the start: give it what Tekton will be given, such as DATABASE_URL.
Nothing is connected. Exit codes: 0 if the settings are valid, with what is in force (secrets are not shown);
78 if they are not, with every fault and its place; 64 if this command is not understood.`;

/** sysexits.h: EX_USAGE. */
const NOT_UNDERSTOOD = 64;

const args = process.argv.slice(2);
const [file] = args;
if (args.includes('--help') || args.includes('-h')) {
  console.log(USAGE);
} else if (args.length > 1 || file?.startsWith('-') === true || file === '') {
  console.error(`Not understood: ${args.join(' ')}\n\n${USAGE}`);
  process.exitCode = NOT_UNDERSTOOD;
} else {
  check(file);
}

function check(file = process.env.TEKTON_CONFIG_FILE): void {
  try {
    const settings = loadSettings({ ...process.env, TEKTON_CONFIG_FILE: file });
    console.log(summaryOf(settings));
  } catch (error) {
    fail(error);
  }
}
