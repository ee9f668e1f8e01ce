import { ADDRESS, ADDRESS_POSITIONALS, pathOf } from '../address.js';
import { defineCommand } from '../command.js';

export const HISTORY = defineCommand({
  command: `history ${ADDRESS}`,
  describe: 'List the revisions of a configuration, newest first',
  positionals: ADDRESS_POSITIONALS,
  flags: {
    limit: { type: 'number', default: 50, describe: 'At most so many, up to 500' },
    before: { type: 'number', describe: 'Only those before this revision' },
  },
  examples: [
    ['history epts smart_kettle', 'who changed it when'],
    ['history epts smart_kettle --before 120', 'further back'],
  ],
  run: async ({ limit, before, ...address }, session) => {
    const { path, query } = pathOf(address);
    const tekton = await session.tekton();
    const json = await tekton.text('GET', `${path}/history`, {
      query: { ...query, limit, before },
    });
    await session.output.list(json, [
      ['REVISION', 'revision'],
      ['OPERATION', 'operation'],
      ['CHANGED', 'changedAt'],
      ['BY', 'changedBy'],
      ['BYTES', 'sizeBytes'],
      ['RESTORED FROM', 'restoredFrom'],
      ['CORRELATION ID', 'correlationId'],
    ]);
  },
});
