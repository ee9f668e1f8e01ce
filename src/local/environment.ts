/** Whether a variable says something, itself or by `<name>_FILE`; an empty one counts as unset. */
export function isSet(env: NodeJS.ProcessEnv, name: string): boolean {
  return Boolean(env[name] ?? '') || Boolean(env[`${name}_FILE`] ?? '');
}
