// Says what happens to the configuration, in a line each: the events of the client.
import type { ConfigurationChange, TektonClient } from 'tekton-client';

/** Prints one line: the text for people, the details where lines of JSON are wanted. */
export type Log = (event: string, text: string, details: Readonly<Record<string, unknown>>) => void;

/** @param format `json` for lines of JSON */
export function createLog(replica: string, format: string | undefined): Log {
  return (event, text, details) => {
    // Unix milliseconds, with the fractions that `Date.now()` does not have.
    const at = performance.timeOrigin + performance.now();
    if (format === 'json') console.log(JSON.stringify({ at, replica, event, ...details }));
    else console.log(`${new Date(at).toISOString()} ${replica} ${event.padEnd(12)} ${text}`);
  };
}

export function logEvents(client: TektonClient, log: Log): void {
  const applied = (change: ConfigurationChange) => {
    log('applied', describe(change), detailsOf(change));
  };
  client.on('upsert', applied);
  client.on('delete', applied);
  client.on('refused', ({ change, error }) => {
    const why = error instanceof Error ? error.message : String(error);
    log('refused', `${describe(change)}: ${why}`, { ...detailsOf(change), why });
  });
  client.on('loaded', (loaded) => {
    log('loaded', `${loaded.configurations} configurations (${loaded.cause})`, loaded);
  });
  client.on('snapshot', (snapshot) => {
    const { configurations, savedAt } = snapshot;
    log('snapshot', `${configurations} configurations of ${savedAt.toISOString()}`, snapshot);
  });
  client.on('caughtUp', (missed) => {
    log('caught-up', `${missed.changes} missed changes, to position ${missed.to}`, missed);
  });
  client.on('connected', () => {
    log('connected', 'NATS is there', {});
  });
  client.on('disconnected', () => {
    log('disconnected', 'NATS is away', {});
  });
  client.on('problem', ({ message }) => {
    log('problem', message, { message });
  });
}

function detailsOf({ type, address, revision, cause }: ConfigurationChange) {
  return { type, address, revision, cause };
}

function describe({ type, address, revision, cause }: ConfigurationChange): string {
  const named = { appName: undefined, appVersionName: undefined, ...address };
  const name = named.appVersionName ?? named.appName ?? named.tenantId;
  return `${type} ${address.level} ${name}, revision ${revision ?? 'unknown'} (${cause})`;
}
