import { makeRunFolder } from '../run-folder.js';
import { runToEnd, type Run } from '../run-to-end.js';
import { DemoParts } from './demo-parts.js';
import { Display } from './display.js';
import { Stage } from './stage.js';
import { playStory } from './story.js';

/**
 * Shows Tekton with replicas of services (`npm run demo`), and ends the process: with code 0 if every
 * replica came to have what Tekton has, 1 if not, and 128 and its number after a signal.
 * @param projectRoot the folder with Tekton's package.json
 */
export async function startDemo(projectRoot: string): Promise<void> {
  const begin = performance.now();
  const display = Display.onStandardOutput();
  await runToEnd({
    work: (run) => play(projectRoot, display, run),
    failed: (message) => {
      display.line();
      display.line(message, 'bad');
    },
    done: () => {
      const ran = Math.round((performance.now() - begin) / 1000);
      display.line();
      display.line(
        `Every replica has what Tekton has. It took ${ran} s, and nothing is left of it.`,
        'title',
      );
    },
  });
}

async function play(projectRoot: string, display: Display, run: Run): Promise<void> {
  const { started, signal } = run;
  const report = (line: string) => {
    display.line(line, 'dim');
  };
  display.line(
    'Tekton, live: four replicas of two services take their configurations while they run.',
    'title',
  );
  report('Starting PostgreSQL, a nats-server, issuers of tokens and Tekton ...');
  const { path: folder, remove } = makeRunFolder('tekton-demo-');
  started({ name: 'the folder of the demo', stop: remove });
  const options = { projectRoot, folder, started, report, signal };
  const running = await DemoParts.start(options);
  display.line();
  display.step('Tekton', `${running.tektonUrl}, calls need tokens (process ${running.tektonPid})`);
  display.step('NATS', running.natsUrl);
  display.step('issuers', running.issuers.issuerOf('<tenant>'));
  await playStory(await Stage.set({ ...options, parts: running, display }));
}
