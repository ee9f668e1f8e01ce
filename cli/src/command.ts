import type {
  ArgumentsCamelCase,
  Argv,
  InferredOptionTypes,
  Options,
  PositionalOptions,
} from 'yargs';
import type { CommonArguments, Session } from './session.js';

type Positionals = Record<string, PositionalOptions>;
type Flags = Record<string, Options>;

/** A command: what it takes, how it is explained, and what it does. */
export interface Definition<P extends Positionals, F extends Flags> {
  /** As yargs reads it: the name, then positionals. */
  command: string;
  aliases?: string[];
  describe: string;
  positionals: P;
  flags: F;
  /** Command lines without `tekton`, and what they do. */
  examples: [line: string, does: string][];
  run: (
    given: ArgumentsCamelCase<InferredOptionTypes<P> & InferredOptionTypes<F>> & CommonArguments,
    session: Session,
  ) => Promise<void>;
}

/** Runs a command that was chosen, with all that was given. */
export type Runner = (
  given: CommonArguments,
  run: (session: Session) => Promise<void>,
) => Promise<void>;

/** Adds a command to the command line. */
export type Registration = (commandLine: Argv, runner: Runner) => void;

export function defineCommand<P extends Positionals, F extends Flags>(
  definition: Definition<P, F>,
): Registration {
  const { command, aliases = [], describe, positionals, flags, examples, run } = definition;
  return (commandLine, runner) => {
    commandLine.command(
      [command, ...aliases],
      describe,
      (line) => {
        for (const [name, options] of Object.entries(positionals)) line.positional(name, options);
        return line
          .options(flags)
          .example(examples.map(([example, does]) => [`$0 ${example}`, does]));
      },
      async (given) => {
        type Given = Parameters<typeof run>[0];
        await runner(given as unknown as CommonArguments, (session) =>
          run(given as unknown as Given, session),
        );
      },
    );
  };
}
