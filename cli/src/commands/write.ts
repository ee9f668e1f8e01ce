import type { Options } from 'yargs';
import { ADDRESS, ADDRESS_POSITIONALS, describeAddress, pathOf, type Address } from '../address.js';
import { CommandError } from '../command-error.js';
import { defineCommand } from '../command.js';
import { readDocument, STANDARD_INPUT } from '../document-input.js';
import { DRY_RUN, tellDryRun } from '../dry-run.js';
import { EXIT } from '../exit-code.js';
import type { Session } from '../session.js';
import type { Request } from '../tekton-api.js';

export const FILE = {
  file: {
    alias: 'f',
    // Else `-` would be taken for an option.
    nargs: 1,
    type: 'string',
    default: STANDARD_INPUT,
    describe: 'JSON or YAML; - is standard input',
  },
} as const satisfies Record<string, Options>;

const IF_MATCH = {
  'if-match': { type: 'string', describe: 'Only if this is its ETag still (get --etag)' },
} as const satisfies Record<string, Options>;

export const PUT = defineCommand({
  command: `put ${ADDRESS}`,
  describe: 'Store a configuration',
  positionals: ADDRESS_POSITIONALS,
  flags: {
    ...FILE,
    ...IF_MATCH,
    'create-only': { type: 'boolean', default: false, describe: 'Only if there is none yet' },
    ...DRY_RUN,
  },
  examples: [
    ['put epts smart_kettle --file kettle.yaml', 'from a file'],
    ['put epts smart_kettle --dry-run < kettle.json', 'only have it checked'],
  ],
  run: async (given, session) => {
    const { ifMatch, createOnly } = given;
    if (ifMatch !== undefined && createOnly) {
      throw new CommandError('Give --if-match or --create-only, not both', EXIT.usage);
    }
    await change('PUT', given, session, {
      body: await readDocument(given.file),
      headers: { 'if-match': ifMatch, 'if-none-match': createOnly ? '*' : undefined },
    });
  },
});

export const PATCH = defineCommand({
  command: `patch ${ADDRESS}`,
  describe: 'Change parts of a configuration',
  positionals: ADDRESS_POSITIONALS,
  flags: { ...FILE, ...IF_MATCH, ...DRY_RUN },
  examples: [
    [
      `patch epts smart_kettle <<< '{"autoExtraction": false, "timeSeries": null}'`,
      'set one member, remove another (merge patch, RFC 7396)',
    ],
  ],
  run: async (given, session) => {
    await change('PATCH', given, session, {
      body: await readDocument(given.file),
      contentType: 'application/merge-patch+json',
      headers: { 'if-match': given.ifMatch },
    });
  },
});

export const DELETE = defineCommand({
  command: `delete ${ADDRESS}`,
  describe: 'Delete a configuration; its history stays',
  positionals: ADDRESS_POSITIONALS,
  flags: { ...IF_MATCH, ...DRY_RUN },
  examples: [['delete epts smart_kettle', 'epts has none for smart_kettle then']],
  run: (given, session) =>
    change('DELETE', given, session, { headers: { 'if-match': given.ifMatch } }),
});

export const RESTORE = defineCommand({
  command: `restore ${ADDRESS}`,
  describe: 'Make an earlier revision current again, as a new one',
  positionals: ADDRESS_POSITIONALS,
  flags: {
    revision: { type: 'number', demandOption: true, describe: 'Which, as history lists them' },
    ...DRY_RUN,
  },
  examples: [['restore epts smart_kettle --revision 3', 'as it was at its third revision']],
  run: (given, session) => change('POST', given, session, {}, `/history/${given.revision}/restore`),
});

/** Changes a configuration, prints what is stored then, and tells people which revision that is. */
async function change(
  method: string,
  given: Address & { dryRun: boolean },
  session: Session,
  request: Request,
  below = '',
): Promise<void> {
  const { path, query } = pathOf(given);
  const tekton = await session.tekton();
  const response = await tekton.request(method, path + below, {
    ...request,
    query: { ...query, dryRun: given.dryRun || undefined },
  });
  const document = await tekton.whole(response);
  if (document !== '') await session.output.document(document);
  if (tellDryRun(response, session.output)) return;
  const revision = response.headers.get('x-revision');
  const done = method === 'DELETE' ? 'Deleted' : 'Stored';
  session.output.note(`${done}: ${describeAddress(given)}, revision ${revision ?? '?'}`);
}
