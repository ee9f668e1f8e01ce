import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { RevisionRow } from './history-statements.js';

/** A change of a configuration. */
export class RevisionDto {
  @ApiProperty({ type: 'integer', example: 3 })
  revision!: number;

  @ApiProperty({ type: String, enum: ['upsert', 'delete'], example: 'upsert' })
  operation!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  changedAt!: string;

  @ApiProperty({
    type: String,
    description: 'Who changed it, as the issuer calls it (the claim `sub`).',
    example: 'anonymous',
  })
  changedBy!: string;

  @ApiPropertyOptional({ type: String, description: 'The OAuth client that was used.' })
  changedByClient?: string;

  @ApiPropertyOptional({
    type: String,
    description: 'The tenant whose issuer vouched for who changed it.',
    example: 'kaa',
  })
  changedByTenant?: string;

  @ApiProperty({ type: String, description: 'That of the call that changed it.' })
  correlationId!: string;

  @ApiProperty({ type: 'integer', description: 'Of the document in UTF-8; 0 for a deletion.' })
  sizeBytes!: number;

  @ApiPropertyOptional({ type: 'integer', description: 'The revision that it restored.' })
  restoredFrom?: number;
}

export function toRevisionDto(row: RevisionRow): RevisionDto {
  return {
    revision: Number(row.revision),
    operation: row.operation,
    changedAt: row.changed_at.toISOString(),
    changedBy: row.changed_by,
    ...(row.changed_by_client !== null && { changedByClient: row.changed_by_client }),
    ...(row.changed_by_tenant !== null && { changedByTenant: row.changed_by_tenant }),
    correlationId: row.correlation_id,
    sizeBytes: row.size_bytes ?? 0,
    ...(row.restored_from !== null && { restoredFrom: Number(row.restored_from) }),
  };
}
