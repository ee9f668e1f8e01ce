import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The one row that says which replica relays, and how far it has come. */
@Entity('relay_lease')
@Check('relay_lease_single', 'id = 1')
export class RelayLeaseRow {
  @PrimaryColumn({ type: 'smallint', primaryKeyConstraintName: 'relay_lease_pk' })
  id!: number;

  /** Replica ID of the holder; empty if it was given back. */
  @Column({ type: 'text' })
  holder!: string;

  /** Counts the holders, so that a replaced one can be told from the present one. */
  @Column({ type: 'bigint' })
  epoch!: string;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  /** The last position that was given to an entry. */
  @Column({ name: 'last_position', type: 'bigint' })
  lastPosition!: string;

  /** The position up to which NATS has confirmed all entries. */
  @Column({ name: 'sent_position', type: 'bigint' })
  sentPosition!: string;

  /** Entries up to this position are not kept any more, or are being deleted. */
  @Column({ name: 'pruned_position', type: 'bigint', default: 0 })
  prunedPosition!: string;
}
