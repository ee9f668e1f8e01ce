/** One of them, each as likely as the others. */
export function pick<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error('There is nothing to pick from');
  return item;
}

/** Whether something happens that does so in this share of all cases. */
export function happens(probability: number): boolean {
  return Math.random() < probability;
}

/** Some milliseconds, at most so many. */
export function upTo(milliseconds: number): number {
  return Math.random() * milliseconds;
}
