import type { Applications } from '../auth/permissions.js';
import type { ChangeDto, ChangesDto } from './changes.dto.js';

/** A message that has its place in the order of all, and whom it concerns. */
export interface PlacedChange {
  readonly change: ChangeDto;
  /** The tenants that are concerned where there is no single one; none if that is not known. */
  readonly concernedTenantIds: ReadonlySet<string> | undefined;
}

/** What is asked for, as far as the caller may see it. */
export interface ChangesQuery {
  readonly since: number;
  readonly limit: number;
  /** The instance that must be told; none for all. */
  readonly serviceInstanceName: string | undefined;
  /** The tenant that must be concerned; none for all. */
  readonly tenantId: string | undefined;
  /** The applications that the caller may know of. */
  readonly readable: Applications;
}

/**
 * Whether a query asks for a change. It says the same as the statement of {@link ChangeStore}; a
 * test holds them together.
 */
export function isAskedFor({ change, concernedTenantIds }: PlacedChange, query: ChangesQuery) {
  const { position, serviceInstanceName, tenantId, appName } = change;
  return (
    position > query.since &&
    (query.serviceInstanceName === undefined ||
      serviceInstanceName === null ||
      serviceInstanceName === query.serviceInstanceName) &&
    (query.tenantId === undefined ||
      tenantId === query.tenantId ||
      (tenantId === null && concernedTenantIds?.has(query.tenantId) !== false)) &&
    (query.readable === 'all' || appName === null || query.readable.has(appName))
  );
}

/**
 * The answer to a query out of changes that are all that there are up to a position.
 *
 * @param position at least that of the last of them
 */
export function answerFrom(
  placed: readonly PlacedChange[],
  query: ChangesQuery,
  position: number,
): ChangesDto {
  const changes: ChangeDto[] = [];
  for (const one of placed) {
    if (!isAskedFor(one, query)) continue;
    changes.push(one.change);
    if (changes.length === query.limit) return { position: one.change.position, changes };
  }
  return { position, changes };
}
