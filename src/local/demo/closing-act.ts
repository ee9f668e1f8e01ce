import { configurationsAt, requireSame, type HeldConfiguration } from './comparison.js';
import type { Stage } from './stage.js';

/** Compares what each replica works with to what Tekton has, and says what became of everything. */
export async function compareAll(stage: Stage): Promise<void> {
  const { display, platform, signal } = stage;
  await stage.act(
    'Does every replica have what Tekton has?',
    'Each replica is asked what it works with (GET /configurations), and Tekton for each configuration.',
  );
  const replicas = [...stage.replicas.values()];
  const wanted = new Map<string, HeldConfiguration[]>();
  for (const { serviceInstanceName: instance } of replicas) {
    if (!wanted.has(instance)) wanted.set(instance, await configurationsAt(platform, instance));
  }
  for (const replica of replicas) {
    const there = wanted.get(replica.serviceInstanceName) ?? [];
    await requireSame(replica, there, signal);
    const applied = replica.count(({ event }) => event === 'applied');
    const refused = replica.count(({ event }) => event === 'refused');
    display.effect(
      replica.name,
      `the same ${there.length} configurations and revisions; applied ${applied}, refused ${refused}`,
      'good',
    );
  }
  display.line();
  for (const how of new Set(stage.arrivals.map((arrival) => arrival.how))) {
    const times = stage.arrivals.filter((arrival) => arrival.how === how).map(({ after }) => after);
    display.line(`   ${times.length} arrivals, ${how}: ${describeTimes(times)}`);
  }
}

function describeTimes(times: number[]): string {
  const sorted = times.sort((one, other) => one - other).map((time) => Math.round(time));
  const median = sorted[sorted.length >> 1] ?? 0;
  return `${median} ms from the request until in force (median), ${sorted.at(-1) ?? 0} ms at most`;
}
