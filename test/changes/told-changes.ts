import { expect, vi } from 'vitest';
import type { Answer, RestClient } from '../support/rest-client.js';

export interface ToldChange {
  position: number;
  kind: string;
  operation: string;
  tenantId: string | null;
  appName: string | null;
  appVersionName: string | null;
  serviceInstanceName: string | null;
  revision: number | null;
  correlationId: string;
  at: string;
}

export interface ToldChanges {
  position: number;
  changes: ToldChange[];
}

/** What `GET /changes` answers to a query, such as `since=3&wait=10`. */
export async function changesAt(rest: RestClient, query: string): Promise<ToldChanges> {
  return toldBy(await rest.get(`/changes?${query}`));
}

export function toldBy(answer: Answer): ToldChanges {
  expect(answer).toMatchObject({ status: 200 });
  return answer.json() as ToldChanges;
}

/** The position of now, once everything that was committed has one. */
export async function settledPosition(rest: RestClient, management: RestClient): Promise<number> {
  await vi.waitUntil(
    async () => /^tekton_outbox_backlog 0$/m.test((await management.get('/metrics')).text),
    15_000,
  );
  return (await changesAt(rest, '')).position;
}

/** How many calls wait in all Tektons of this process. */
export async function waitingAt(management: RestClient): Promise<number> {
  const { text } = await management.get('/metrics');
  return Number(/^tekton_changes_waiting (\d+)$/m.exec(text)?.[1]);
}

/** What matters of a change in most tests, in a line, as of the messages of NATS. */
export function summariseChange(change: ToldChange): string {
  const { kind, operation, serviceInstanceName, tenantId, appName, appVersionName } = change;
  const what = [tenantId, appName, appVersionName].map((part) => part ?? '-').join(' ');
  const revision = change.revision === null ? '' : ` r${change.revision}`;
  return `${kind} ${operation} ${serviceInstanceName ?? 'tekton'}: ${what}${revision}`;
}
