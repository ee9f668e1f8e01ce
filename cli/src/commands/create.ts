import { defineCommand } from '../command.js';
import { pathSegment } from '../path-segment.js';
import { DRY_RUN, tellDryRun } from '../dry-run.js';

export const CREATE = defineCommand({
  command: 'create <application> [appversion]',
  describe: 'Create an application, or a version of one',
  positionals: {
    application: { type: 'string', demandOption: true, describe: 'Application' },
    appversion: { type: 'string', describe: 'Version of it, by its full name' },
  },
  flags: {
    'display-name': { type: 'string', describe: 'How people see it; default: the name' },
    description: { type: 'string', describe: 'What it is' },
    ...DRY_RUN,
  },
  examples: [
    ['create smart_kettle --display-name "Smart kettle"', 'an application'],
    ['create smart_kettle smart_kettle_v1', 'a version of it'],
  ],
  run: async (given, session) => {
    const { application, appversion, tenant, description, dryRun } = given;
    const path =
      appversion === undefined
        ? '/applications'
        : `/applications/${pathSegment(application)}/app-versions`;
    const body = {
      name: appversion ?? application,
      displayName: given.displayName,
      description,
    };
    const tekton = await session.tekton();
    const response = await tekton.request('POST', path, {
      query: { tenantId: tenant, dryRun: dryRun || undefined },
      body: JSON.stringify(body),
    });
    await session.output.document(await tekton.whole(response));
    tellDryRun(response, session.output);
  },
});
