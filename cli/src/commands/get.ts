import { ADDRESS, ADDRESS_POSITIONALS, pathOf } from '../address.js';
import { defineCommand } from '../command.js';

export const GET = defineCommand({
  command: `get ${ADDRESS}`,
  describe: 'Print a configuration',
  positionals: ADDRESS_POSITIONALS,
  flags: {
    revision: { type: 'number', describe: 'That of the history; default: the one in force' },
    etag: { type: 'boolean', default: false, describe: 'Print its ETag instead, for --if-match' },
  },
  examples: [
    ['get epts smart_kettle', 'what instance epts has for the application smart_kettle'],
    ['get epts smart_kettle smart_kettle_v1 --output yaml', 'for a version of it, as YAML'],
    ['get epts', 'for the tenant itself'],
    ['get epts smart_kettle --revision 3', 'as it was at its third revision'],
  ],
  run: async ({ revision, etag, ...address }, session) => {
    const { path, query } = pathOf(address);
    const tekton = await session.tekton();
    const at = revision === undefined ? path : `${path}/history/${revision}`;
    const response = await tekton.request('GET', at, { query });
    const document = await tekton.whole(response);
    if (etag) await session.output.line(response.headers.get('etag') ?? '');
    else await session.output.document(document);
  },
});
