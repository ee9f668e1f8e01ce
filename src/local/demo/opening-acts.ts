import { requireDone } from './dashboard.js';
import { CARGO, CARGO_EXTRACTION, KETTLE, KETTLE_EXTRACTION, KETTLE_SAMPLE } from './documents.js';
import { isAbout, showCall, showChange } from './propagation.js';
import type { Stage } from './stage.js';

/** Two tenants make their applications and configure them, before any service runs. */
export async function configureApplications(stage: Stage): Promise<void> {
  const { acme, globex } = stage;
  await stage.act(
    'Two tenants configure their applications',
    'Each by REST, with a token of its own issuer. Only then the services start, and read all that is there.',
  );
  await acme.createApplication('smart_kettle', 'Smart kettle', 'v1');
  await globex.createApplication('cold_chain', 'Cold chain', 'v2');
  await showChange(stage, acme.put('epts', acme.application('smart_kettle'), KETTLE));
  const kettle = acme.appVersion('smart_kettle', 'v1');
  await showChange(stage, acme.put('epts', kettle, KETTLE_EXTRACTION));
  await showChange(stage, acme.put('dcx', kettle, { maxBatchSize: 100 }));
  await showChange(stage, globex.put('epts', globex.application('cold_chain'), CARGO));
  await showChange(stage, globex.put('dcx', globex.application('cold_chain'), {}));
}

/** Three replicas of one service instance and one of another. */
export async function startReplicas(stage: Stage): Promise<void> {
  const { display } = stage;
  display.line();
  const replicas = [
    ...['epts-1', 'epts-2', 'epts-3'].map((name) => stage.startReplica(name, 'epts')),
    stage.startReplica('dcx-1', 'dcx'),
  ];
  await Promise.all(
    replicas.map(async (replica) => {
      const isLoaded = ({ event }: { event: string }) => event === 'loaded';
      await replica.untilListening();
      const { configurations = 0 } = await replica.waitFor(isLoaded, 'load all from Tekton');
      await replica.waitFor(({ event }) => event === 'connected', 'connect to NATS');
      display.effect(
        replica.name,
        `loaded ${configurations} configurations, listens to NATS (process ${replica.pid})`,
        'good',
      );
    }),
  );
}

/** Changes of all kinds, and what they mean for the service. */
export async function changeLive(stage: Stage): Promise<void> {
  const { acme, globex, display } = stage;
  await stage.act(
    'Changes, while the services run',
    'The time is from sending the request until the replica works with the change. Each waits up to 50 ms by chance, ' +
      'so that many do not read at once. Only replicas of the instance concerned are told.',
  );
  const kettle = acme.application('smart_kettle');
  await showPoints(stage);
  await showChange(stage, acme.patch('epts', kettle, { autoExtraction: true }));
  await showPoints(stage);
  display.line();
  const batches = acme.appVersion('smart_kettle', 'v1');
  await showChange(stage, acme.put('dcx', batches, { maxBatchSize: 500 }));
  const cargo = globex.appVersion('cold_chain', 'v2');
  await showChange(stage, globex.put('epts', cargo, CARGO_EXTRACTION));
  await showChange(stage, globex.delete('epts', cargo));
  await showChange(stage, globex.put('epts', cargo, CARGO_EXTRACTION));
}

/** What is refused before it is stored, and what only the service itself can refuse. */
export async function refuse(stage: Stage): Promise<void> {
  const { acme, display } = stage;
  const kettle = acme.application('smart_kettle');
  await stage.act(
    'Mistakes',
    'What does not fit the JSON Schema never leaves Tekton. What no schema can tell, the services refuse, and go on ' +
      'with what they have.',
  );
  const wrong = await acme.put('epts', kettle, { autoExtraction: 'yes' });
  const { message } = JSON.parse(wrong.body) as { message: string };
  showCall(stage, wrong);
  display.effect('Tekton', message, 'bad');
  display.line();

  const twice = { ...KETTLE, timeSeries: [...KETTLE.timeSeries, ...KETTLE.timeSeries] };
  const before = (await acme.get('epts', kettle)).revision;
  const call = requireDone(await acme.put('epts', kettle, twice));
  showCall(stage, call);
  await Promise.all(
    stage.replicasOf('epts').map(async (replica) => {
      const { why = '' } = await replica.waitFor(
        (line) =>
          line.event === 'refused' && isAbout(line, call) && line.revision === call.revision,
        `refuse revision ${call.revision} of application smart_kettle`,
      );
      display.effect(replica.name, `refused: ${why}; keeps revision ${before}`, 'bad');
    }),
  );
  await showPoints(stage);
  display.line();
  await showChange(stage, acme.put('epts', kettle, { ...KETTLE, autoExtraction: true }));
}

const BURST = 50;

/** Many changes of one configuration in a row. */
export async function burst(stage: Stage): Promise<void> {
  const { globex, display } = stage;
  await stage.act(
    `${BURST} changes in a row`,
    'Each is a message. Replicas read what has changed, not every change: what comes together is read once.',
  );
  const address = globex.application('cold_chain');
  const replicas = stage.replicasOf('epts');
  const readsBefore = await Promise.all(replicas.map((replica) => replica.reads()));
  const begin = performance.now();
  let last = requireDone(await globex.put('epts', address, cargoOf(1)));
  for (let count = 2; count <= BURST; count++) {
    last = requireDone(await globex.put('epts', address, cargoOf(count)));
  }
  const { revision, sentAt } = last;
  display.step(
    'globex',
    `PUT    epts application cold_chain, ${BURST} times`,
    `to revision ${revision}, in ${Math.round(performance.now() - begin)} ms`,
  );
  await Promise.all(
    replicas.map(async (replica, index) => {
      const { at } = await replica.waitFor(
        (line) => line.event === 'applied' && isAbout(line, last) && line.revision === revision,
        `apply revision ${revision} of application cold_chain`,
      );
      const reads = (await replica.reads()) - (readsBefore[index] ?? 0);
      const after = Math.max(0, at - sentAt).toFixed(1);
      display.effect(
        replica.name,
        `revision ${revision} in force ${after} ms after the last request, by ${reads} reads`,
        'good',
      );
    }),
  );
}

function cargoOf(count: number) {
  return { ...CARGO, timeSeries: [{ ...CARGO.timeSeries[0], name: `cargo_${count}` }] };
}

/** Sends a sample to a replica and shows what it makes of it. */
async function showPoints(stage: Stage): Promise<void> {
  const [replica] = stage.replicasOf('epts');
  const answer = await replica?.call('/samples/smart_kettle-v1', KETTLE_SAMPLE);
  const { points } = JSON.parse(answer ?? '{"points":[]}') as { points: Point[] };
  const made = points.map(({ timeSeries, values }) => `${timeSeries} ${JSON.stringify(values)}`);
  stage.display.step('kettle', `sends ${JSON.stringify(KETTLE_SAMPLE)}`);
  stage.display.effect(replica?.name ?? '', `makes of it ${made.join(', ')}`);
  await stage.pause();
}

interface Point {
  timeSeries: string;
  values: unknown;
}
