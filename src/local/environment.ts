/** Whether a variable says something, itself or by `<name>_FILE`; an empty one counts as unset. */
export function isSet(env: NodeJS.ProcessEnv, name: string): boolean {
  return Boolean(env[name] ?? '') || Boolean(env[`${name}_FILE`] ?? '');
}

/** The whole environment of a child: what the user has set for something else must not reach it. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, TMPDIR } = process.env;
  return { ...(PATH !== undefined && { PATH }), ...(TMPDIR !== undefined && { TMPDIR }) };
}
