import { createTwoFilesPatch } from 'diff';
import { ADDRESS, ADDRESS_POSITIONALS, describeAddress, pathOf, type Address } from '../address.js';
import { CommandError } from '../command-error.js';
import { defineCommand } from '../command.js';
import { readDocument, STANDARD_INPUT } from '../document-input.js';
import { EXIT } from '../exit-code.js';
import { layOut } from '../json-layout.js';
import { styled } from '../output.js';
import type { Session } from '../session.js';
import { withoutControls } from '../table.js';

/** One side of the comparison. */
interface Side {
  name: string;
  /** JSON; undefined if there is none. */
  document: string | undefined;
}

export const DIFF = defineCommand({
  command: `diff ${ADDRESS}`,
  describe: 'Compare a configuration with a file, or two of its revisions',
  positionals: ADDRESS_POSITIONALS,
  flags: {
    file: {
      alias: 'f',
      nargs: 1,
      type: 'string',
      describe: 'What is stored with this; - is standard input',
    },
    revision: { type: 'number', describe: 'An earlier revision, with the one in force or --to' },
    to: { type: 'number', describe: 'The other revision' },
  },
  examples: [
    ['diff epts smart_kettle --file kettle.yaml', 'what a put of the file would change'],
    ['diff epts smart_kettle --revision 3', 'what has changed since the third revision'],
    ['diff epts smart_kettle --revision 3 --to 4', 'what the fourth revision has changed'],
  ],
  run: async ({ file, revision, to, ...address }, session) => {
    if ((file === undefined) === (revision === undefined)) {
      throw new CommandError('Give --file, or --revision', EXIT.usage);
    }
    if (to !== undefined && revision === undefined) {
      throw new CommandError('--to goes with --revision', EXIT.usage);
    }
    const [from, other] =
      file === undefined
        ? [await stored(address, session, revision), await stored(address, session, to)]
        : [await stored(address, session), await given(file)];
    const lines = compare(from, other);
    for (const line of lines) await session.output.line(colourful(line));
    if (lines.length > 0) throw new CommandError('', EXIT.different);
  },
});

async function given(file: string): Promise<Side> {
  const name = file === STANDARD_INPUT ? 'standard input' : file;
  return { name, document: await readDocument(file) };
}

async function stored(address: Address, session: Session, revision?: number): Promise<Side> {
  const { path, query } = pathOf(address);
  const tekton = await session.tekton();
  if (revision !== undefined) {
    const document = await tekton.text('GET', `${path}/history/${revision}`, { query });
    return { name: `${describeAddress(address)}, revision ${revision}`, document };
  }
  const name = `${describeAddress(address)}, as stored`;
  try {
    return { name, document: await tekton.text('GET', path, { query }) };
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode !== EXIT.missing) throw error;
    // No configuration, or nothing that could have one? Only that is a failure.
    await tekton.text('GET', path, { query: { tenantId: query.tenantId } });
    return { name: `${name}: none`, document: undefined };
  }
}

/** The lines of a unified diff; none if both say the same. */
function compare(from: Side, to: Side): string[] {
  const [one, other] = [textOf(from), textOf(to)];
  if (one === other) return [];
  const names = [from.name, to.name].map(withoutControls) as [string, string];
  const patch = createTwoFilesPatch(...names, one, other, undefined, undefined, { context: 3 });
  return patch.trimEnd().split('\n').slice(1);
}

function textOf({ document }: Side): string {
  return document === undefined ? '' : `${layOut(document)}\n`;
}

function colourful(line: string): string {
  if (/^(---|\+\+\+) /.test(line)) return styled('bold', line);
  if (line.startsWith('@@')) return styled('cyan', line);
  if (line.startsWith('-')) return styled('red', line);
  return line.startsWith('+') ? styled('green', line) : line;
}
