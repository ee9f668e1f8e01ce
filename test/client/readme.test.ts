import { readFileSync } from 'node:fs';
import { DEFAULT_LIMITS, TektonClient, type TektonClientEvents } from 'tekton-client';
import { describe, expect, it } from 'vitest';

const README = readFileSync(new URL('../../client/README.md', import.meta.url), 'utf8');

/** The first cells of the rows of the table below a heading. */
function firstCells(heading: string): string[] {
  const [, section = ''] = new RegExp(`\n## ${heading}\n([^]*?)(\n## |$)`).exec(README) ?? [];
  return [...section.matchAll(/^\| (`.*?) +\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
}

describe('the README of the client', () => {
  it('lists all metrics', async () => {
    const { registry } = new TektonClient({
      url: 'http://tekton',
      nats: 'nats',
      serviceInstanceName: 'epts',
    });
    const names = (await registry.getMetricsAsJSON()).map(({ name }) => name);
    expect(firstCells('Metrics').sort()).toEqual(names.sort());
  });

  it('lists all limits with their defaults', () => {
    for (const [name, value] of Object.entries(DEFAULT_LIMITS)) {
      const row = new RegExp(`^\\| \`${name}\` +\\| ${value.toLocaleString('en')} +\\|`, 'm');
      expect(README).toMatch(row);
    }
  });

  it('lists all events', () => {
    const events: Record<keyof TektonClientEvents, true> = {
      upsert: true,
      delete: true,
      refused: true,
      notification: true,
      loaded: true,
      snapshot: true,
      caughtUp: true,
      connected: true,
      disconnected: true,
      problem: true,
    };
    expect(firstCells('Events').sort()).toEqual(Object.keys(events).sort());
  });
});
