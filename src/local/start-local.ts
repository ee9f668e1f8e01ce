import { join } from 'node:path';
import { startTekton } from '../start-tekton.js';
import { LocalError, messageOf } from './local-error.js';
import { startLocalParts, type RunningPart } from './local-parts.js';
import { startDevelopmentIssuers } from './start-development-issuers.js';
import { onStopSignals } from './stop-signals.js';
import { welcomeText } from './welcome.js';

/** What {@link startLocal} needs. */
export interface StartLocalOptions {
  /** The folder with Tekton's package.json. */
  projectRoot: string;
  /** Have calls need tokens, and start issuers that give them; default false. */
  secure?: boolean;
}

/**
 * Brings up Tekton and the parts it needs, in this process (`npm start`), and ends the process when all
 * of it has been stopped: with code 0 after SIGINT, SIGTERM or SIGHUP, else with the error's own code.
 * A second signal ends the process at once; the parts end with it, as they see to themselves.
 */
export async function startLocal(options: StartLocalOptions): Promise<void> {
  const parts: RunningPart[] = [];
  const interruption = new AbortController();
  onStopSignals(
    () => {
      console.log('\nStopping (again to stop at once) ...');
      interruption.abort();
    },
    () => process.exit(130),
  );
  surviveLostTerminal();
  let exitCode = 0;
  try {
    const started = (part: RunningPart): void => {
      parts.unshift(part);
    };
    await bringUp(options, started, interruption.signal);
    await aborted(interruption.signal);
  } catch (error) {
    if (!interruption.signal.aborted) exitCode = report(error);
  }
  for (const { name, stop } of parts) {
    try {
      await stop();
    } catch (error) {
      console.error(`Stopping ${name} failed: ${messageOf(error)}`);
      exitCode ||= 1;
    }
  }
  if (exitCode === 0) console.log('Stopped.');
  process.exit(exitCode);
}

async function bringUp(
  { projectRoot, secure = false }: StartLocalOptions,
  started: (part: RunningPart) => void,
  signal: AbortSignal,
): Promise<void> {
  const { env } = process;
  const dataFolder = await startLocalParts({
    projectRoot,
    env,
    started,
    report: (line) => {
      console.log(line);
    },
    signal,
  });
  const issuers = secure ? await startDevelopmentIssuers({ env, started }) : undefined;
  // One that is empty counts as none, as everywhere.
  if ((env.TEKTON_CONFIG_FILE ?? '') === '') {
    env.TEKTON_CONFIG_FILE = join(projectRoot, 'config', 'service-config.yml');
  }
  const starting = startTekton();
  // Registered before it is up: a signal in the middle must stop what there is of it by then.
  started({
    name: 'Tekton',
    stop: async () => {
      const tekton = await starting.catch(() => undefined);
      await tekton?.stop();
    },
  });
  const ready = starting.then(async (tekton) => {
    await tekton.ready;
    return tekton;
  });
  const tekton = await Promise.race([ready, rejectedWhenAborted(signal)]);
  console.log(welcomeText({ ...tekton, dataFolder, issuers }));
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
}

async function rejectedWhenAborted(signal: AbortSignal): Promise<never> {
  await aborted(signal);
  throw signal.reason;
}

/** Says what went wrong, and returns the code to end with. */
function report(error: unknown): number {
  const { code, exitCode } = error as { code?: unknown; exitCode?: unknown };
  if (error instanceof LocalError || typeof exitCode === 'number') {
    console.error(messageOf(error));
  } else if (code === 'EADDRINUSE') {
    console.error(
      `${messageOf(error)}\nAnother program uses that port. Choose others: PORT=9080 MANAGEMENT_PORT=9081 npm start`,
    );
  } else {
    console.error(error);
  }
  return typeof exitCode === 'number' ? exitCode : 1;
}

/** A closed terminal sends SIGHUP and takes no more output: that must not cut the stopping short. */
function surviveLostTerminal(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
