import { constants } from 'node:os';
import { LocalError, messageOf } from '../local-error.js';
import type { RunningPart } from '../local-parts.js';
import { onStopSignals } from '../stop-signals.js';
import { makeDemoFolder } from './demo-folder.js';
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
  const interruption = new AbortController();
  let exitCode = 0;
  onStopSignals(
    (signal) => {
      exitCode = 128 + constants.signals[signal];
      console.log('\nStopping ...');
      interruption.abort();
    },
    () => process.exit(exitCode),
  );
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const display = Display.onStandardOutput();
  const parts: RunningPart[] = [];
  try {
    await play(projectRoot, display, parts, interruption.signal);
  } catch (error) {
    if (!interruption.signal.aborted) {
      exitCode = 1;
      display.line();
      if (error instanceof LocalError) display.line(error.message, 'bad');
      else console.error(error);
    }
  }
  const ran = Math.round((performance.now() - begin) / 1000);
  for (const { name, stop } of parts) {
    try {
      await stop();
    } catch (error) {
      console.error(`Stopping ${name} failed: ${messageOf(error)}`);
      exitCode ||= 1;
    }
  }
  if (exitCode === 0) {
    display.line();
    display.line(
      `Every replica has what Tekton has. It took ${ran} s, and nothing is left of it.`,
      'title',
    );
  }
  process.exit(exitCode);
}

async function play(
  projectRoot: string,
  display: Display,
  parts: RunningPart[],
  signal: AbortSignal,
): Promise<void> {
  const started = (part: RunningPart) => {
    parts.unshift(part);
  };
  const report = (line: string) => {
    display.line(line, 'dim');
  };
  display.line(
    'Tekton, live: four replicas of two services take their configurations while they run.',
    'title',
  );
  report('Starting PostgreSQL, a nats-server, issuers of tokens and Tekton ...');
  const { path: folder, remove } = makeDemoFolder();
  started({ name: 'the folder of the demo', stop: remove });
  const options = { projectRoot, folder, started, report, signal };
  const running = await DemoParts.start(options);
  display.line();
  display.step('Tekton', `${running.tektonUrl}, calls need tokens (process ${running.tektonPid})`);
  display.step('NATS', running.natsUrl);
  display.step('issuers', running.issuers.issuerOf('<tenant>'));
  await playStory(await Stage.set({ ...options, parts: running, display }));
}
