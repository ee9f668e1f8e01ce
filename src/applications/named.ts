import { Column } from 'typeorm';

/** What applications and their versions have in common. */
export abstract class Named {
  abstract id: string;

  @Column({ type: 'text', collation: 'C' })
  name!: string;

  @Column({ name: 'relaxed_name', type: 'text', collation: 'C' })
  relaxedName!: string;

  @Column({ name: 'display_name', type: 'text' })
  displayName!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  /** Goes up with each change; of an application also with those of its list of versions. */
  @Column({ name: 'change_number', type: 'integer', default: 1 })
  changeNumber!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt!: Date;
}

/** The strong ETag of an application or a version: its identity and the number of its changes. */
export function entityTag({ id, changeNumber }: Pick<Named, 'id' | 'changeNumber'>): string {
  return `"${id}-${changeNumber}"`;
}

/** Texts for people; null makes the display name the name again, and clears the description. */
interface Texts {
  displayName?: string | null;
  description?: string | null;
}

/** The columns that change if texts are given; `undefined` if nothing does. */
export function changedColumns(
  target: Named,
  { displayName: givenName, description: givenText }: Texts,
): Pick<Named, 'displayName' | 'description' | 'changeNumber' | 'updatedAt'> | undefined {
  const displayName = givenName === undefined ? target.displayName : (givenName ?? target.name);
  const description = givenText === undefined ? target.description : givenText;
  if (displayName === target.displayName && description === target.description) return undefined;
  const changeNumber = target.changeNumber + 1;
  return { displayName, description, changeNumber, updatedAt: new Date() };
}
