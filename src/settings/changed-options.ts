import { OPTIONS, type OptionPath } from './options.js';
import type { Settings } from './settings.js';

/** The options, other than the service instances, that differ between two settings. */
export function changedOptions(before: Settings, after: Settings): OptionPath[] {
  return (Object.keys(OPTIONS) as OptionPath[]).filter(
    (path) =>
      // What nobody gives is worked out anew each time, some of it by chance.
      (before.origin.givenBy.has(path) || after.origin.givenBy.has(path)) &&
      JSON.stringify(before[path]) !== JSON.stringify(after[path]),
  );
}
