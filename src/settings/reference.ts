import type { Option } from './option.js';
import { OPTIONS, environmentName } from './options.js';
import { SCHEMA_FIELDS } from './service-instance.js';
import { DEFAULT_SETTINGS_FILE } from './settings.js';
import { INSTANCES_PATH } from './settings-file.js';

const MAKING = 'npm run build && npm run settings:reference';

/** What the groups of options, by the first step of their paths, are about. */
const GROUPS: Readonly<Record<string, string>> = {
  service: 'This Tekton',
  kaa: 'The platform',
  http: 'REST API',
  management: 'Health and metrics',
  database: 'PostgreSQL',
  nats: 'NATS',
  outbox: 'Notifications on their way',
  changes: 'Telling what changed',
  logging: 'Log',
};

/** The content of `.env.example`: every environment variable with its default, commented out. */
export function environmentExample(): string {
  const lines = [
    '# Environment variables of Tekton, each with its default. Take the # away from what you set.',
    '#',
    '# They win over the settings file. One that is empty counts as not set. Each can be given as',
    '# <NAME>_FILE too: the path of a file that holds the value, as secrets are mounted in containers.',
    '# docs/settings.md tells the same options by their paths in the settings file.',
    '#',
    `# Made from src/settings/options.ts by: ${MAKING}`,
    '',
    '# The settings file.',
    `# TEKTON_CONFIG_FILE=${DEFAULT_SETTINGS_FILE}`,
  ];
  for (const [group, options] of groups()) {
    lines.push('', `# ---- ${GROUPS[group] ?? group} ----`);
    for (const [path, option] of options) {
      const [variable = '', ...others] = variables(path, option);
      lines.push('', `# ${option.about}`, `# Takes ${option.takes}.`);
      if (option.default === undefined) lines.push(`# Default: ${option.defaultAbout ?? 'none'}.`);
      if (others.length > 0) lines.push(`# Or: ${others.join(', ')}`);
      lines.push(`# ${variable}=${defaultText(option)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The content of `docs/settings.md`. */
export function settingsPage(): string {
  const sections = groups().map(([group, options]) => {
    const rows = options.map(([path, option]) => [
      code(path),
      variables(path, option).map(code).join(', '),
      option.takes,
      option.default === undefined ? (option.defaultAbout ?? 'none') : code(defaultText(option)),
      option.about,
    ]);
    const head = ['Option', 'Environment', 'Takes', 'Default', 'Meaning'];
    return `## ${GROUPS[group] ?? group}\n\n${table(head, rows)}\n`;
  });
  return `${introduction()}\n${sections.join('\n')}\n${instancesSection()}`;
}

function introduction(): string {
  return `# Settings

<!-- Made from src/settings/options.ts by: ${MAKING} -->

Tekton reads its settings when it starts: a YAML file, with environment variables over it. If
anything in them is not valid, it does not start. It ends with exit code 78, and one message names
every fault and its place. \`npm run config:check -- <file>\` tells the same without starting anything
(\`node dist/check-config.js <file>\` where Tekton is built already), or what is in force.

**The file** is \`${DEFAULT_SETTINGS_FILE}\`, or what \`TEKTON_CONFIG_FILE\` names; a sample is
[config/service-config.yml](../config/service-config.yml). Nested and dotted keys mean the same:
\`http.port: 8080\` is \`http: { port: 8080 }\`. An option that Tekton does not know is a fault, and so
is one that is given twice.

**Environment variables** win over the file. The name of an option's variable is its path in upper
case, with \`_\` in place of \`.\` and \`-\`; some have a short name too, over which the long one wins. A
list is text with commas. A variable that is empty counts as not set.
[.env.example](../.env.example) lists them all.

**Secrets** can stay out of the environment: with \`_FILE\` at its end, every variable names a file
that holds the value, such as \`DATABASE_URL_FILE=/run/secrets/database-url\`; line ends at its end do
not count. Both at once are a fault. No message shows the value of a secret.

Each file is a regular one of at most 16 MiB. The settings file, and what a variable names, may be a
pipe at the start, as \`<(...)\` of a shell is: what it gives is kept, and not asked for again.
`;
}

function instancesSection(): string {
  const schema = 'a JSON Schema, see below';
  const rows = [
    ['serviceName', 'text', 'yes', 'The service that this is an instance of.'],
    ['serviceGroup', 'text', 'yes', 'Where dashboards sort it.'],
    ['description', 'text', 'no', 'For people.'],
    ['urlPrefix', 'text', 'no', 'Where the service answers behind the ingress.'],
    ...SCHEMA_FIELDS.map((field) => [
      field,
      schema,
      'no',
      `What ${LEVELS[field]} must fit; without it, any JSON object is taken.`,
    ]),
  ].map(([field = '', ...cells]) => [code(field), ...cells]);
  return `## Service instances

The map \`${INSTANCES_PATH}\` stands in the file only. Its keys are the names of the instances
that Tekton configures, each 1 to 100 of A-Z, a-z, 0-9, \`_\` and \`-\`, first a letter or digit.

${table(['Field', 'Takes', 'Required', 'Meaning'], rows)}

A schema is written in place, as a string that holds JSON, or as \`{ $file: path }\`, the path relative
to the settings file. Its \`$schema\` says which JSON Schema it is: draft-04, -06, -07, 2019-09 or
2020-12; without one it is 2020-12.

### Changing them while Tekton runs

Every \`kaa.tekton.reload-interval\` seconds Tekton looks at what is in the settings file and in all files
that it read with it, however they are replaced: a mounted ConfigMap, a new file of the same name, an
editor. What has not changed for a moment is read like at the start, as a whole:

- If all is valid, the service instances come in force at once, and one line of the log tells which were
  added, removed or changed in which fields. Configurations of an instance that is gone are kept, hidden,
  until it is back; those that do not fit a new schema stay readable. Nobody is notified.
- If anything is faulty, or the file is missing or empty, everything stays as it was. The log tells every
  fault once, \`/health\` has a warning, and \`tekton_settings_file_refused\` is 1, until the file is mended.
- Other options count after a restart only; the log tells which of them have changed, and
  \`tekton_settings_options_waiting_for_restart\` how many.

Each replica looks for itself, so for some seconds one may know what another does not yet.
`;
}

const LEVELS: Readonly<Record<(typeof SCHEMA_FIELDS)[number], string>> = {
  appConfigurationSchema: "an application's configurations",
  appVersionConfigurationSchema: "an application version's configurations",
  tenantConfigurationSchema: "a tenant's configurations",
};

type NamedOption = [path: string, option: Option<unknown>];

function groups(): [group: string, options: NamedOption[]][] {
  const byGroup = new Map<string, NamedOption[]>();
  for (const [path, option] of Object.entries<Option<unknown>>(OPTIONS)) {
    const [group = ''] = path.split('.');
    const options = byGroup.get(group) ?? [];
    byGroup.set(group, options);
    options.push([path, option]);
  }
  return [...byGroup];
}

/** The variables that set an option, the usual one first. */
function variables(path: string, { shortNames = [], secret = false }: Option<unknown>): string[] {
  const names = [...new Set([...shortNames, environmentName(path)])];
  return secret ? names.flatMap((name) => [name, `${name}_FILE`]) : names;
}

function defaultText({ default: value }: Option<unknown>): string {
  return Array.isArray(value) ? value.join(',') : `${(value ?? '') as string | number | boolean}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A Markdown table whose columns are as wide as their widest cell. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
