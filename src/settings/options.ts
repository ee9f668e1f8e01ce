import { CHANGES_OPTIONS } from './changes-options.js';
import { DATABASE_OPTIONS } from './database-options.js';
import { HTTP_OPTIONS } from './http-options.js';
import { NATS_OPTIONS } from './nats-options.js';
import { SECURITY_OPTIONS } from './security-options.js';
import { TENANCY_OPTIONS } from './tenancy-options.js';
import { choice, flag, integer, text, type Option } from './option.js';

/** Names of service instances are NATS subject tokens. */
export const INSTANCE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

const INSTANCE_NAME_TAKES = '1 to 100 of A-Z a-z 0-9 _ -, the first a letter or digit';

/**
 * Every option but the map of service instances, by its path in the YAML file. The settings, the
 * reference of all options and `.env.example` are made from this table.
 */
export const OPTIONS = {
  'service.instance.name': text<string>({
    about: "Tekton's own service instance name, unique in the cluster; part of NATS subjects.",
    default: 'tekton',
    pattern: INSTANCE_NAME,
    takes: INSTANCE_NAME_TAKES,
  }),
  'service.instance.replica.id': text<string | undefined>({
    about: "This replica's ID, unique in the cluster.",
    default: undefined,
    defaultAbout: 'the instance name and random characters',
    pattern: /^[\x21-\x7e]{1,128}$/,
    takes: '1 to 128 visible ASCII characters',
  }),
  'service.graceful-shutdown': integer({
    about: 'Seconds that requests under way and unsent notifications are given at a stop.',
    default: 30,
    min: 0,
    max: 3600,
  }),
  'kaa.tekton.app-names.auto-generation.enabled': flag({
    about: 'Whether Tekton makes the names of applications up, rather than taking them from calls.',
    default: false,
  }),
  'kaa.tekton.history.revisions': integer({
    about: 'How many revisions of a configuration are kept at least.',
    default: 100,
    min: 1,
    max: 1_000_000,
  }),
  'kaa.tekton.history.days': integer({
    about: 'For how many days every revision is kept at least.',
    default: 400,
    min: 0,
    max: 36_500,
  }),
  'kaa.tekton.reload-interval': integer({
    about:
      'Seconds after which the settings file, and the files that it names, are looked at again, to take over changed service instances; 0 never does.',
    default: 2,
    min: 0,
    max: 3600,
  }),
  'kaa.tekton.tenant-removal': choice<'keep' | 'delete'>({
    about:
      'What becomes of the applications and configurations of a tenant that is unregistered (21/TLE): delete takes them away, with their history, once the tenant is no longer listed.',
    default: 'keep',
    among: ['keep', 'delete'],
  }),
  ...SECURITY_OPTIONS,
  ...TENANCY_OPTIONS,
  ...HTTP_OPTIONS,
  ...DATABASE_OPTIONS,
  ...NATS_OPTIONS,
  'outbox.poll-interval': integer({
    about: 'Milliseconds after which the relay looks for unsent notifications unasked.',
    default: 1000,
    min: 10,
    max: 60_000,
  }),
  'outbox.batch-size': integer({
    about: 'How many notifications are sent between two confirmations by NATS.',
    default: 500,
    min: 1,
    max: 10_000,
  }),
  'outbox.retention.hours': integer({
    about: 'Hours for which a notification that was sent can be asked for (GET /changes) at most.',
    default: 168,
    min: 1,
    max: 87_600,
  }),
  'outbox.retention.entries': integer({
    about: 'How many notifications can be asked for at most.',
    default: 1_000_000,
    min: 1,
    max: 1_000_000_000,
  }),
  'outbox.stuck-after': integer({
    about: 'Seconds after which an unsent notification makes /health fail while NATS is connected.',
    default: 30,
    min: 1,
    max: 86_400,
  }),
  ...CHANGES_OPTIONS,
  'logging.level': choice<'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'>({
    about: 'The least severe messages that are logged.',
    default: 'info',
    among: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
    shortNames: ['LOG_LEVEL'],
  }),
  'logging.format': choice<'json' | 'pretty' | undefined>({
    about: 'JSON lines for machines, or text for people.',
    default: undefined,
    defaultAbout: 'pretty at a terminal, else json',
    among: ['json', 'pretty'],
  }),
  'logging.audit': flag({
    about: 'Whether each change is logged with who made it, whatever logging.level is.',
    default: true,
  }),
} satisfies Record<string, Option<never> | Option<unknown>>;

export type OptionPath = keyof typeof OPTIONS;

/** The name of the environment variable that an option's path makes. */
export function environmentName(path: string): string {
  return path.toUpperCase().replaceAll(/[.-]/g, '_');
}
