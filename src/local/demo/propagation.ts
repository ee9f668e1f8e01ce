import { requireDone, type ConfigurationCall } from './dashboard.js';
import { nameOf, type Cause, type ReplicaLine } from './replica-lines.js';
import type { ReplicaProcess } from './replica-process.js';
import type { Stage } from './stage.js';

const LEARNED: Readonly<Record<Cause, string>> = {
  notification: 'told by NATS',
  changes: 'told by GET /changes',
  start: 'read at its start',
  'read-again': 'read with all the rest',
  snapshot: 'from its snapshot file',
};

/** A change that was made, and has to arrive. */
export type Change = ConfigurationCall;

/**
 * Shows a change, and each replica of its instance as it comes to have it in force.
 * @param among the replicas that are waited for; default all of the instance
 * @throws LocalError if Tekton refuses it, or a replica does not come to have it
 */
export async function showChange(
  stage: Stage,
  call: Promise<Change>,
  among?: readonly ReplicaProcess[],
): Promise<Change> {
  // It has just been sent: what a replica has printed until now is not about it.
  const marks = new Map([...stage.replicas.values()].map((one) => [one, one.mark]));
  const change = requireDone(await call);
  showCall(stage, change);
  await Promise.all(
    (among ?? stage.replicasOf(change.serviceInstanceName)).map(async (replica) => {
      const line = await untilApplied(replica, change, marks.get(replica) ?? 0);
      const { at, type, revision = change.revision, cause = 'notification' } = line;
      const after = at - change.sentAt;
      stage.arrivals.push({ after, how: LEARNED[cause] });
      const what = type === 'delete' ? 'gone' : `revision ${revision} in force`;
      const text = `${after.toFixed(1).padStart(6)} ms  ${what}, ${LEARNED[cause]}`;
      stage.display.effect(replica.name, text, 'good');
    }),
  );
  await stage.pause();
  return change;
}

/** Shows what was called and how it was answered. */
export function showCall({ display }: Stage, change: Change): void {
  const { method, tenantId, serviceInstanceName, address, status, revision, took } = change;
  const what = `${method.padEnd(6)} ${serviceInstanceName.padEnd(4)} ${nameOf(address)}`;
  const stored = revision === 0 ? '' : `revision ${revision}, `;
  const outcome = status < 300 ? `${stored}after ${took.toFixed(1)} ms` : 'refused';
  display.step(tenantId, what, `${status}, ${outcome}`, status < 300 ? 'plain' : 'bad');
}

/** The line with which a replica says that a change, or a later one, is in force. */
function untilApplied(replica: ReplicaProcess, change: Change, from: number): Promise<ReplicaLine> {
  const { method, revision, address } = change;
  const name = nameOf(address);
  const type = method === 'DELETE' ? 'delete' : 'upsert';
  return replica.waitFor(
    (line) =>
      line.event === 'applied' &&
      isAbout(line, change) &&
      line.type === type &&
      (line.revision ?? 0) >= revision,
    type === 'delete' ? `drop ${name}` : `apply revision ${revision} of ${name}`,
    { from },
  );
}

/** Whether something was applied, or refused, that has the address of that change. */
export function isAbout({ address }: ReplicaLine, change: Change): boolean {
  return address !== undefined && nameOf(address) === nameOf(change.address);
}
