import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Identity } from './caller.js';

/** An application, as the one who decides about access has to know it. */
export interface ProtectedApplication {
  readonly tenantId: string;
  readonly name: string;
  readonly displayName: string;
}

/**
 * What stands for applications at the one who decides about access. It is created and deleted as the
 * last step of the transaction that does so with the application: if it fails, nothing was changed.
 */
export abstract class ApplicationResources {
  /**
   * Runs such a transaction. Few run at a time, since each may wait for another server.
   *
   * @param tenantId whose callers wait for each other
   */
  abstract inTurn<Result>(tenantId: string, transaction: () => Promise<Result>): Promise<Result>;

  /**
   * @param owner who creates the application
   * @throws {TektonError} UNAVAILABLE
   */
  abstract create(
    tx: EntityManager,
    application: ProtectedApplication,
    owner: Identity,
  ): Promise<void>;

  /** @throws {TektonError} UNAVAILABLE */
  abstract delete(
    tx: EntityManager,
    application: Omit<ProtectedApplication, 'displayName'>,
  ): Promise<void>;

  /** Looks soon for applications that were created without (as by a load, after its commit). */
  abstract reconcileSoon(): void;
}

/** Tokens name applications themselves: there is nothing to keep. */
@Injectable()
export class NoApplicationResources extends ApplicationResources {
  inTurn<Result>(_tenantId: string, transaction: () => Promise<Result>): Promise<Result> {
    return transaction();
  }

  create(): Promise<void> {
    return Promise.resolve();
  }

  delete(): Promise<void> {
    return Promise.resolve();
  }

  reconcileSoon(): void {
    // There is nothing that could be missing.
  }
}
