/** sysexits.h: EX_CONFIG, something was found in an unconfigured or misconfigured state. */
const EX_CONFIG = 78;

/** Everything that is wrong with the settings, in one message. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  /** What the process ends with. */
  readonly exitCode = EX_CONFIG;

  constructor(
    source: string,
    /** One line a fault, each naming its YAML path or environment variable. */
    readonly faults: readonly string[],
  ) {
    super(
      `Tekton does not start: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} in its settings (${source}):\n` +
        faults.map((fault) => `  - ${fault}`).join('\n'),
    );
  }
}
