import type { Cluster } from './cluster.js';

/**
 * Kills NATS under all replicas, which were just sending. NATS forgets what it has confirmed and
 * not handed on yet, which is no concern of Tekton: so first no replica hears its confirmations any
 * more, then the one who listens hears all that was confirmed before.
 */
export async function killNatsOf(cluster: Cluster): Promise<void> {
  for (const { toNats } of cluster.replicas) toNats?.hold('answers');
  await cluster.subscriber.catchUp();
  await cluster.killNats();
  for (const { toNats } of cluster.replicas) toNats?.shut();
}

/** Starts it again, and lets the replicas to it once somebody listens. */
export async function startNatsAgainOf(cluster: Cluster): Promise<void> {
  await cluster.startNatsAgain();
  await cluster.subscriber.catchUp();
  for (const { toNats } of cluster.replicas) toNats?.open();
}
