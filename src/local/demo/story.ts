import { compareAll } from './closing-act.js';
import { burst, changeLive, configureApplications, refuse, startReplicas } from './opening-acts.js';
import { loseNats, startWithoutTekton } from './outage-acts.js';
import type { Stage } from './stage.js';

/**
 * Plays the whole story, act after act.
 * @throws LocalError that names the replica and what it did not do, if one does not follow
 */
export async function playStory(stage: Stage): Promise<void> {
  await configureApplications(stage);
  await startReplicas(stage);
  await changeLive(stage);
  await refuse(stage);
  await burst(stage);
  await loseNats(stage);
  await startWithoutTekton(stage);
  await compareAll(stage);
}
