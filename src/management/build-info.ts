import { readFileSync } from 'node:fs';
import { makeGaugeProvider } from '@willsoto/nestjs-prometheus';

/** Beside `src` as well as beside `dist`, and two folders up from the bundle too. */
const PACKAGE_FILE = new URL('../../package.json', import.meta.url);

const { version } = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')) as { version: string };

export const BUILD_INFO = 'tekton_build_info';

/** Which Tekton this is, and what it runs on. */
export const BUILD = { version, node: process.versions.node } as const;

export const buildInfoProvider = makeGaugeProvider({
  name: BUILD_INFO,
  help: 'Always 1; which version of Tekton this is, and of Node.js',
  labelNames: ['version', 'node'],
});
