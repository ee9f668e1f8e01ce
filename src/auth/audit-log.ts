import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../logging/logger.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import type { Call } from './call.js';

/** A change that was committed: what, and from which revision to which. */
export interface AuditedChange {
  readonly operation: 'create' | 'update' | 'upsert' | 'delete' | 'load';
  readonly tenantId?: string;
  readonly appName?: string | null;
  readonly appVersionName?: string | null;
  readonly serviceInstanceName?: string;
  /** The instances whose configurations went with what was deleted. */
  readonly serviceInstanceNames?: readonly string[];
  /** Before the change; 0 if nothing ever stood there. */
  readonly fromRevision?: number;
  readonly toRevision?: number;
  /** The revision whose content was made current again. */
  readonly restoredFrom?: number;
  /** How much a load, or the removal of a tenant, changed. */
  readonly counts?: object;
}

/** What a change was made in; without a caller, Tekton has made it of itself. */
type ChangedIn = Pick<Call, 'correlationId'> & Partial<Pick<Call, 'caller' | 'dryRun'>>;

/** One line for every change, whatever else is logged: who made it, and what it was. No content. */
@Injectable()
export class AuditLog {
  private readonly logger: Logger | undefined;

  constructor(@Inject(LOGGER) logger: Logger, @Inject(SETTINGS) settings: Settings) {
    if (settings['logging.audit']) this.logger = logger.child({ audit: true }, { level: 'info' });
  }

  /** Call it once the change is committed; a call that is only tried has changed nothing. */
  note({ caller, correlationId, dryRun }: ChangedIn, change: AuditedChange): void {
    if (dryRun) return;
    const { tenantId: callerTenant, subject, client } = caller ?? {};
    this.logger?.info({ correlationId, callerTenant, subject, client, ...change }, 'Changed');
  }
}
