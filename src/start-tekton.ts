import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp, createManagementApp, sharesListener } from './create-app.js';
import { Database } from './database/database.js';
import { Signals } from './database/signals.js';
import { createLogger, type Logger } from './logging/logger.js';
import { HealthIndicators } from './management/health-indicators.js';
import { NatsConnection } from './nats/nats-connection.js';
import { AnswersUnderWay } from './rest/answers-under-way.js';
import { RelayRunner } from './scmp/relay-runner.js';
import { loadSettings, type Settings } from './settings/settings.js';
import { Tenants } from './tenancy/tenants.js';

/** What each later step of a stop is given, however long the earlier ones took. */
const LAST_CHANCE_MS = 1000;

/** How often at a stop it is looked whether there is anything to wait for any more. */
const SWEEP_MS = 50;

/** A Tekton that listens. */
export interface RunningTekton {
  restUrl: string;
  managementUrl: string;
  natsUrls: string;
  /** Resolves when the database is there and migrated; rejects if that cannot become so. */
  ready: Promise<void>;
  /** Ends requests under way, sends what is left to tell, and closes all connections; once. */
  stop(): Promise<void>;
}

/**
 * Starts Tekton: it listens at once, and connects to the database and NATS in the background.
 *
 * @throws {SettingsError} naming every fault of the settings
 */
export async function startTekton(environment = process.env): Promise<RunningTekton> {
  const settings = loadSettings(environment);
  const logger = createLogger({
    level: settings['logging.level'],
    format: settings['logging.format'],
  });
  const app = await createApp(settings, logger);
  const underWay = new AnswersUnderWay(app.getHttpServer());
  await app.startAllMicroservices();
  const restUrl = await listen(app, settings['http.host'], settings['http.port']);
  const management = sharesListener(settings)
    ? app
    : await createManagementApp(app, settings, logger);
  const managementUrl =
    management === app
      ? restUrl
      : await listen(management, settings['management.host'], settings['management.port']);
  warnOfOpenAccess(settings, logger);
  const database = app.get(Database);
  const nats = app.get(NatsConnection);
  const signals = app.get(Signals);
  const relay = app.get(RelayRunner);
  const tenants = app.get(Tenants);
  void nats.start();
  void tenants.start();
  const ready = database.start().then(() => {
    if (database.unreadyReason !== undefined) return;
    relay.start();
    void signals.start();
    logger.info({ restUrl, managementUrl }, 'Tekton is ready');
  });
  const stop = async () => {
    app.get(HealthIndicators).markStopping();
    tenants.stop();
    const deadline = Date.now() + settings['service.graceful-shutdown'] * 1000;
    await before(deadline, closeListener(app, underWay));
    await relay.stop(Math.max(deadline - Date.now(), LAST_CHANCE_MS));
    await before(
      Date.now() + LAST_CHANCE_MS,
      Promise.all([nats.stop(), signals.stop(), database.stop()]),
    );
    if (management !== app) await management.close();
  };
  let stopped: Promise<void> | undefined;
  return {
    restUrl,
    managementUrl,
    natsUrls: settings['nats.urls'].map(withoutCredentials).join(', '),
    ready,
    stop: () => (stopped ??= stop()),
  };
}

/**
 * Lets requests under way come to their end. Clients keep their connections open after that, so these
 * are closed then.
 */
async function closeListener(
  app: NestFastifyApplication,
  underWay: AnswersUnderWay,
): Promise<void> {
  const sweep = setInterval(() => {
    underWay.closeIfNone();
  }, SWEEP_MS);
  await app.close().finally(() => {
    clearInterval(sweep);
  });
}

/** Waits for a step of the stop, but not longer than the stop may take. */
async function before(deadline: number, step: Promise<unknown>): Promise<void> {
  const given = new AbortController();
  const over = sleep(Math.max(deadline - Date.now(), 0), undefined, { signal: given.signal });
  await Promise.race([step, over.catch(() => undefined)]);
  given.abort();
}

async function listen(app: NestFastifyApplication, host: string, port: number): Promise<string> {
  await app.listen({ host, port });
  const url = new URL(await app.getUrl());
  return url.origin;
}

function warnOfOpenAccess(settings: Settings, logger: Logger): void {
  if (settings['kaa.security.enabled']) return;
  logger.warn(
    { host: settings['http.host'] },
    'Security is off: whoever reaches this address may do everything. Set kaa.security.enabled for any machine that is not yours alone.',
  );
}

function withoutCredentials(url: string): string {
  const shown = new URL(url);
  shown.username = shown.password = '';
  return shown.href.replace(/\/$/, '');
}
