import {
  DEFAULT_LIMITS,
  natsOptionsOf,
  Notifications,
  type Notification,
  type NotificationListener,
} from 'tekton-client';
import { credsAuthenticator } from '@nats-io/transport-node';
import { readBytes } from '../document-input.js';
import { CommandError } from '../command-error.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-code.js';
import { styled, type Output } from '../output.js';
import { withoutControls } from '../table.js';

export const WATCH = defineCommand({
  command: 'watch <instance>',
  describe: 'Print what a service instance is told over NATS, as it comes',
  positionals: {
    instance: { type: 'string', demandOption: true, describe: 'Service instance, such as epts' },
  },
  flags: {
    'nats-url': {
      type: 'string',
      default: process.env.TEKTON_NATS_URL ?? 'nats://127.0.0.1:4222',
      defaultDescription: 'TEKTON_NATS_URL, or nats://127.0.0.1:4222',
      describe: 'NATS; several URLs with commas between, tls:// for TLS',
    },
    'nats-creds': { type: 'string', nargs: 1, describe: 'Credentials file (JWT and NKey)' },
    provider: { type: 'string', default: 'tekton', describe: 'Name of Tekton in its broadcasts' },
    count: { type: 'number', describe: 'End after so many' },
  },
  examples: [
    ['watch epts', 'until Ctrl-C'],
    ['watch epts --output json | jq .appName', 'a JSON object a line, for scripts'],
    ['watch epts --count 1 && ./reload.sh', 'wait for the next change'],
  ],
  run: async (given, session) => {
    const { instance, natsUrl, natsCreds, provider, count = Infinity } = given;
    if (!(count >= 1)) throw new CommandError('--count takes a number from 1', EXIT.usage);
    const authenticator =
      natsCreds === undefined ? undefined : credsAuthenticator(await readBytes(natsCreds));
    const ended = new AbortController();
    const printer = new Printer(session.output, given.output === 'json', count, ended);
    const notifications = new Notifications(
      {
        nats: { ...readOptions(natsUrl), ...(authenticator && { authenticator }) },
        serviceInstanceName: instance,
        providerInstanceName: provider,
        limits: DEFAULT_LIMITS,
      },
      printer,
    );
    try {
      await notifications.run(AbortSignal.any([session.signal, ended.signal]));
    } catch (error) {
      if (!ended.signal.aborted) throw error;
    }
    await printer.written();
  },
});

function readOptions(url: string): ReturnType<typeof natsOptionsOf> {
  try {
    return natsOptionsOf(url);
  } catch {
    throw new CommandError(
      `"${url}" is no URL of NATS, which is like nats://127.0.0.1:4222 (--nats-url)`,
      EXIT.usage,
    );
  }
}

/** Writes notifications in their order. */
class Printer implements NotificationListener {
  private last: Promise<void> = Promise.resolve();
  private left: number;

  constructor(
    private readonly output: Output,
    private readonly asJson: boolean,
    count: number,
    private readonly ended: AbortController,
  ) {
    this.left = count;
  }

  connected(): void {
    this.output.note('Listening; Ctrl-C ends it.');
  }

  disconnected(): void {
    this.output.note('NATS is away: what is told meanwhile is missed here. Trying again.');
  }

  problem(error: Error): void {
    this.output.note(withoutControls(error.message));
  }

  undecodable(error: Error): void {
    this.output.note(withoutControls(error.message));
  }

  notified(notification: Notification): void {
    if (this.left-- <= 0) return;
    const line = this.asJson ? JSON.stringify(notification) : lineOf(notification);
    this.last = this.last.then(() => this.output.line(line));
    if (this.left === 0) this.ended.abort();
  }

  /** Resolves when all is written. */
  written(): Promise<void> {
    return this.last;
  }
}

function lineOf(notification: Notification): string {
  const { kind, operation, tenantId, appName, appVersionName, timestamp } = notification;
  const { revision, position, correlationId } = notification;
  const about = [tenantId ?? 'several tenants', appName, appVersionName].filter(
    (part) => part !== null,
  );
  const details = [
    ...(revision === undefined ? [] : [`revision ${revision}`]),
    ...(position === undefined ? [] : [`position ${position}`]),
    `correlation ${correlationId}`,
  ];
  return [
    new Date(timestamp).toISOString(),
    kind.padEnd(9),
    styled(operation === 'delete' ? 'red' : 'green', operation),
    styled('bold', withoutControls(about.join(' / '))),
    styled('dim', withoutControls(details.join(', '))),
  ].join('  ');
}
