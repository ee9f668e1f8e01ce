#!/usr/bin/env node
import { CommandError } from './command-error.js';
import { createCommandLine } from './command-line.js';
import { EXIT } from './exit-code.js';
import { messageOf } from './message-of.js';
import { Session } from './session.js';
import { tellFailure } from './tell-failure.js';

/** How long what is tidied up at the end may take. */
const TIDYING_MS = 1000;

const words = process.argv.slice(2);
const ended = new AbortController();

// `tekton export | head` is no fault of anybody's.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`tekton: ${error.message}\n`);
  process.exit(error.code === 'EPIPE' ? EXIT.brokenPipe : EXIT.unexpected);
});
process.stderr.on('error', () => undefined);

for (const [signal, code] of [
  ['SIGINT', EXIT.interrupted],
  ['SIGTERM', EXIT.terminated],
] as const) {
  process.on(signal, () => {
    // Who asks again does not want to wait for what is being tidied up.
    if (ended.signal.aborted) process.exit(code);
    ended.abort(new CommandError('', code));
    // What reads standard input, say, is not waited for.
    setTimeout(() => process.exit(code), TIDYING_MS).unref();
  });
}

try {
  const commandLine = createCommandLine(words, (given, run) =>
    run(new Session(given, process.env, ended.signal)),
  );
  if (words.length === 0) commandLine.showHelp('log');
  else await commandLine.parseAsync();
  process.exit(0);
} catch (thrown) {
  // Whatever comes of it, it is because of Ctrl-C.
  const error: unknown = ended.signal.aborted ? ended.signal.reason : thrown;
  const failure =
    error instanceof CommandError
      ? error
      : new CommandError(messageOf(error), EXIT.unexpected, undefined, { cause: error });
  tellFailure(failure, isForScripts(words));
  process.exit(failure.exitCode);
}

/** Also where the command line itself could not be read. */
function isForScripts(given: readonly string[]): boolean {
  return given.some(
    (word, index) =>
      ['--output=json', '-o=json', '-ojson'].includes(word) ||
      (word === 'json' && ['--output', '-o'].includes(given[index - 1] ?? '')),
  );
}
