import { writeFileSync } from 'node:fs';
import { environmentExample, settingsPage } from './reference.js';

/** Of the project, whose `dist/settings` this runs in. */
const root = new URL('../../', import.meta.url);

writeFileSync(new URL('.env.example', root), environmentExample());
writeFileSync(new URL('docs/settings.md', root), settingsPage());
