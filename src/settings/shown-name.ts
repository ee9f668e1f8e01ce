import { OPTIONS } from './options.js';
import type { Option } from './option.js';

/** What names of options are made of; after anything else may come a value whose space was forgotten. */
const NAME = /^[\p{L}\p{N}._-]{0,100}/u;
const CUT = '…';

const SECRETS = Object.entries<Option<unknown>>(OPTIONS)
  .filter(([, { secret }]) => secret)
  .map(([path]) => path);

/**
 * As much of a name as cannot be a secret's value, if it is no option: in YAML, `{password:s3cr3t}` is a
 * name, and so is the end of `{password: s3,cr3t}`.
 *
 * @param hasValue whether anything is given by that name
 */
export function shownName(name: string, hasValue: boolean): string {
  if (Object.hasOwn(OPTIONS, name)) return name;
  const secret = SECRETS.find((path) => name.startsWith(path));
  if (secret !== undefined) return `${secret}${CUT}`;
  const shown = hasValue ? (NAME.exec(name)?.[0] ?? '') : groupOf(name);
  return shown === name ? name : `${shown}${CUT}`;
}

/** As many steps of the name as lead to some option; the whole name if none does. */
function groupOf(name: string): string {
  const steps = name.split('.');
  for (let count = steps.length - 1; count > 0; count--) {
    const group = `${steps.slice(0, count).join('.')}.`;
    if (Object.keys(OPTIONS).some((path) => path.startsWith(group))) return group;
  }
  return NAME.exec(name)?.[0] ?? '';
}
