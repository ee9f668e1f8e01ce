import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { compileSchema, type CompiledSchema } from '../json/json-schema.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { Rounds } from '../retry/rounds.js';
import { changedOptions } from '../settings/changed-options.js';
import { ReadFiles } from '../settings/read-files.js';
import { SCHEMA_FIELDS, type ServiceInstance } from '../settings/service-instance.js';
import { SettingsError } from '../settings/settings-error.js';
import { SETTINGS, settingsSteps, type Settings } from '../settings/settings.js';
import { Catalogue } from './catalogue.js';
import { changesBetween, schemaText } from './instance-changes.js';
import { ReloadAnnouncer } from './reload-announcer.js';
import { ReloadMetrics } from './reload-metrics.js';

/** For which files must stay as they were read: they may be half written when they are. */
const SETTLING_MS = 300;

/** Faults that health tells one by one. */
const MOST_FAULTS = 10;

/** Settings that were read again, or what is wrong with them. */
type Reading = { settings: Settings } | { faults: readonly string[] };

/**
 * Takes over the service instances of a settings file that changes, in whatever way it is replaced and
 * on whatever file system: its content is looked at again and again, and that of the files it names.
 * The set comes in force as a whole or, if anything in the settings is faulty, not at all.
 */
@Injectable()
export class SettingsReload extends Rounds {
  private readonly intervalMs: number;
  private readonly announcer: ReloadAnnouncer;
  /** What was read last, be it in force or refused. */
  private files: ReadFiles;
  private faults: readonly string[] | undefined;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly metrics: ReloadMetrics,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const intervalMs = settings['kaa.tekton.reload-interval'] * 1000;
    super(intervalMs);
    this.intervalMs = intervalMs;
    this.files = settings.origin.files;
    this.announcer = new ReloadAnnouncer(logger, settings.origin.path);
  }

  /** That the settings file is refused, and why; `undefined` while it is not. */
  get warning(): string | undefined {
    if (!this.faults) return undefined;
    const told = this.faults.slice(0, MOST_FAULTS);
    const untold = this.faults.length - told.length;
    if (untold > 0) told.push(`${untold} more faults`);
    return `The settings file ${this.settings.origin.path} is refused, and the service instances stay as they were: ${told.join('; ')}`;
  }

  override onApplicationBootstrap(): void {
    if (this.intervalMs > 0) super.onApplicationBootstrap();
  }

  protected async run(): Promise<number> {
    try {
      return (await this.look()) === 'settled' ? this.intervalMs : 0;
    } catch (error) {
      this.logger.error(
        { err: error },
        'The settings were not looked at again; trying again later',
      );
      return this.intervalMs;
    }
  }

  private async look(): Promise<'settled' | 'in change'> {
    if (await this.files.areUnchanged()) return 'settled';
    const files = new ReadFiles(this.settings.origin.files);
    const reading = await this.read(files);
    await sleep(SETTLING_MS);
    if (!(await files.areUnchanged())) return 'in change';
    if (this.isStopping) return 'settled';
    this.files = files;
    if ('faults' in reading) this.refuse(reading.faults);
    else this.accept(reading.settings);
    return 'settled';
  }

  private async read(files: ReadFiles): Promise<Reading> {
    const defined = this.catalogue.list();
    try {
      const settings = await this.readInTurns(files, defined);
      // As a full disk leaves it; who means it leaves a comment and `kaa.service-instances: {}`.
      const isLost = settings.origin.isBlank && defined.length > 0;
      return isLost ? { faults: ['the file is empty'] } : { settings };
    } catch (error) {
      if (error instanceof SettingsError) return { faults: error.faults };
      throw error;
    }
  }

  /** Calls, the relay's lease and health have their turns meanwhile. */
  private async readInTurns(
    files: ReadFiles,
    defined: readonly ServiceInstance[],
  ): Promise<Settings> {
    const { environment } = this.settings.origin;
    const steps = settingsSteps(environment, { files, compile: reusing(defined) });
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await nextTurn();
    }
  }

  private refuse(faults: readonly string[]): void {
    this.faults = faults;
    this.metrics.refused.set(1);
    this.metrics.reloads.inc({ result: 'refused' });
    this.announcer.refused(faults);
  }

  private accept(settings: Settings): void {
    if (this.faults) this.announcer.soundAgain();
    this.faults = undefined;
    this.metrics.refused.set(0);
    const instances = settings['kaa.service-instances'];
    const changes = changesBetween(this.catalogue.list(), instances);
    const { added, removed, changed, isReordered } = changes;
    if (added.length + removed.length + changed.size > 0 || isReordered) {
      this.catalogue.replace(instances);
      this.metrics.reloads.inc({ result: 'applied' });
      this.announcer.applied(changes);
    }
    const unapplied = changedOptions(this.settings, settings);
    this.metrics.unapplied.set(unapplied.length);
    this.announcer.unappliedOptions(unapplied);
  }
}

/** Compiles schemas, save those that are in force already: each takes as long as many calls. */
function reusing(
  instances: readonly ServiceInstance[],
): (source: Record<string, unknown>) => CompiledSchema {
  const compiled = new Map(
    instances.flatMap((instance) =>
      SCHEMA_FIELDS.map((field) => [schemaText(instance, field), instance.schemas[field]]),
    ),
  );
  return (source) => compiled.get(JSON.stringify(source)) ?? compileSchema(source);
}
