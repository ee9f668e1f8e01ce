import { setTimeout as sleep } from 'node:timers/promises';
import { CARGO_EXTRACTION, KETTLE } from './documents.js';
import { isAbout, showChange } from './propagation.js';
import type { ReplicaLine } from './replica-lines.js';
import type { ReplicaProcess } from './replica-process.js';
import type { Stage } from './stage.js';

/** NATS is killed, things change all the same, and NATS comes back. */
export async function loseNats(stage: Stage): Promise<void> {
  const { acme, globex, display, parts, signal } = stage;
  await stage.act(
    'NATS is taken away, and comes back',
    'Without NATS the replicas wait at Tekton itself for what is new (GET /changes). With NATS back they ask once ' +
      'more, for what neither of the two has told.',
  );
  const replicas = [...stage.replicas.values()];
  const marks = marksOf(replicas);
  await parts.takeNatsAway();
  display.step('NATS', 'the nats-server is killed', '', 'bad');
  await untilAll(stage, marks, 'disconnected', 'notice that NATS is away', () => 'NATS is away');
  display.line();

  const kettle = acme.application('smart_kettle');
  await showChange(stage, acme.patch('epts', kettle, { autoExtraction: false }));
  await sleep(500, undefined, { signal });
  const boxes = globex.application('cold_chain');
  await showChange(stage, globex.put('dcx', boxes, { reliableReceivers: ['epts', 'tsa'] }));
  await sleep(500, undefined, { signal });
  const cargo = globex.appVersion('cold_chain', 'v2');
  await showChange(stage, globex.delete('epts', cargo));
  display.line();

  const marksBefore = marksOf(replicas);
  await parts.startNats();
  display.step('NATS', 'the nats-server is started again at the same port', '', 'good');
  await untilAll(stage, marksBefore, 'connected', 'connect to NATS again', () => 'NATS is there');
  await untilAll(
    stage,
    marksBefore,
    'caught-up',
    'ask what it has missed',
    ({ changes = 0 }) => `asked what it had missed: ${changes === 0 ? 'nothing' : changes}`,
  );
  display.line();
  await showChange(stage, globex.put('epts', cargo, CARGO_EXTRACTION));
}

/** A replica is started while Tekton is stopped. */
export async function startWithoutTekton(stage: Stage): Promise<void> {
  const { acme, display, parts } = stage;
  await stage.act(
    'A replica starts while Tekton is stopped',
    'It goes on with what it had, from a file of its own, and gets what has changed as soon as Tekton is back.',
  );
  const kettle = acme.application('smart_kettle');
  await stage.replica('epts-3').stop();
  display.step('epts-3', 'is stopped');
  const others = stage.replicasOf('epts').filter(({ name }) => name !== 'epts-3');
  const call = acme.put('epts', kettle, { ...KETTLE, autoExtraction: true });
  const change = await showChange(stage, call, others);
  await parts.stopTekton();
  display.step('Tekton', 'is stopped', '', 'bad');

  const replica = stage.startReplica('epts-3', 'epts');
  display.step('epts-3', `is started again (process ${replica.pid})`);
  const { configurations = 0 } = await replica.waitFor(
    ({ event }) => event === 'snapshot',
    'take its snapshot file',
  );
  const { url = '' } = await replica.untilListening();
  display.effect('epts-3', `serves with ${configurations} configurations from its file, at ${url}`);
  const marks = marksOf([replica]);
  await parts.startTekton();
  display.step('Tekton', 'is started again', '', 'good');
  await untilAll(
    stage,
    marks,
    'loaded',
    'load all from Tekton',
    ({ configurations: count = 0 }) => `loaded ${count} configurations from Tekton`,
  );
  const name = `revision ${change.revision} of application smart_kettle`;
  await replica.waitFor(
    (line) =>
      line.event === 'applied' && isAbout(line, change) && line.revision === change.revision,
    `apply ${name}`,
  );
  display.effect('epts-3', `${name} is in force`, 'good');
  display.line();
  // By whichever way: Tekton and the replicas find each other again in their own time.
  const last = acme.put('epts', acme.appVersion('smart_kettle', 'v1'), { extractions: [] });
  await showChange(stage, last);
}

type Marks = ReadonlyMap<ReplicaProcess, number>;

function marksOf(replicas: readonly ReplicaProcess[]): Marks {
  return new Map(replicas.map((replica) => [replica, replica.mark]));
}

/** Waits until each replica has told of such an event since its mark, and shows it. */
async function untilAll(
  { display }: Stage,
  marks: Marks,
  event: ReplicaLine['event'],
  what: string,
  describe: (line: ReplicaLine) => string,
): Promise<void> {
  await Promise.all(
    [...marks].map(async ([replica, from]) => {
      const line = await replica.waitFor((one) => one.event === event, what, { from });
      display.effect(replica.name, describe(line));
    }),
  );
}
