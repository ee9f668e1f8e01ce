import { expect } from 'vitest';
import type { Replica } from './replica.js';

/** More than a replica has connections. */
const AT_A_TIME = 50;

/** A replica serves again: no connection of its pool is one on which nothing works any more. */
export async function serveAll({ rest }: Replica): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: AT_A_TIME }, () => rest.get('/applications')),
  );
  expect(answers.filter(({ status }) => status !== 200).map(({ text }) => text)).toEqual([]);
}
