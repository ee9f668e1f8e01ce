import { defineCommand } from '../command.js';
import { pathSegment } from '../path-segment.js';

export const INSTANCES = defineCommand({
  command: 'instances',
  describe: 'List the service instances that are configured',
  positionals: {},
  flags: {},
  examples: [['instances', 'all, with which of their levels have a JSON Schema']],
  run: async (_given, session) => {
    const tekton = await session.tekton();
    await session.output.list(await tekton.text('GET', '/service-instances'), [
      ['INSTANCE', 'name'],
      ['SERVICE', 'serviceName'],
      ['TENANT SCHEMA', 'tenantConfigurationSchemaPresent'],
      ['APPLICATION SCHEMA', 'appConfigurationSchemaPresent'],
      ['VERSION SCHEMA', 'appVersionConfigurationSchemaPresent'],
      ['DESCRIPTION', 'description'],
    ]);
  },
});

export const APPLICATIONS = defineCommand({
  command: 'applications',
  aliases: ['apps'],
  describe: 'List the applications of a tenant',
  positionals: {},
  flags: {},
  examples: [
    ['applications', 'those of your own tenant'],
    ['applications --tenant acme --output json', 'those of another one, for a script'],
  ],
  run: async ({ tenant }, session) => {
    const tekton = await session.tekton();
    const json = await tekton.text('GET', '/applications', { query: { tenantId: tenant } });
    await session.output.list(json, [
      ['APPLICATION', 'name'],
      ['DISPLAY NAME', 'displayName'],
      ['TENANT', 'tenantId'],
      ['UPDATED', 'updatedAt'],
      ['DESCRIPTION', 'description'],
    ]);
  },
});

export const VERSIONS = defineCommand({
  command: 'versions <application>',
  describe: 'List the versions of an application',
  positionals: { application: { type: 'string', demandOption: true, describe: 'Application' } },
  flags: {},
  examples: [['versions smart_kettle', 'all of them']],
  run: async ({ application, tenant }, session) => {
    const tekton = await session.tekton();
    const path = `/applications/${pathSegment(application)}/app-versions`;
    const json = await tekton.text('GET', path, { query: { tenantId: tenant } });
    await session.output.list(json, [
      ['VERSION', 'name'],
      ['DISPLAY NAME', 'displayName'],
      ['UPDATED', 'updatedAt'],
      ['DESCRIPTION', 'description'],
    ]);
  },
});
