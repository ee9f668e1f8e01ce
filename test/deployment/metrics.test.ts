import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSecureTekton, type SecureTekton } from '../support/secure-tekton.js';
import { alertRules, dashboard } from './monitoring-files.js';
import { metricNames, withoutGrafanaVariables } from './promql.js';

/** What Prometheus itself says of what it scrapes, and of its alerts. */
const OF_PROMETHEUS = new Set(['up', 'ALERTS']);

/** What one histogram is made of. */
const HISTOGRAM_SERIES = ['_bucket', '_sum', '_count'];

let instance: SecureTekton;
let series: Set<string>;

beforeAll(async () => {
  instance = await startSecureTekton();
  // Some metrics are there only once there is something to count: here a token that is verified.
  await (await instance.as('acme')).get('/applications');
  const { text } = await instance.management.get('/metrics');
  const types = text.matchAll(/^# TYPE (\S+) (\S+)$/gm);
  series = new Set(
    [...types].flatMap(([, name = '', type]) =>
      type === 'histogram' ? HISTOGRAM_SERIES.map((part) => name + part) : [name],
    ),
  );
});

afterAll(async () => {
  await instance.stop();
});

/** The names in an expression that neither Tekton nor Prometheus has. */
function unknownNames(expression: string): string[] {
  return [...metricNames(expression)].filter(
    (name) => !series.has(name) && !OF_PROMETHEUS.has(name),
  );
}

describe('Tekton has the metrics', () => {
  it.each(alertRules.map(({ alert, expr }) => [alert, expr]))('of the alert %s', (_alert, expr) => {
    expect(unknownNames(expr)).toEqual([]);
  });

  it('of the dashboard', () => {
    const unknown = dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets
        .flatMap(({ expr }) => unknownNames(withoutGrafanaVariables(expr)))
        .map((name) => `${title}: ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it('of the notes in the dashboard, and of its variables', () => {
    const variables = dashboard.templating.list.flatMap(({ query }) =>
      typeof query === 'string' ? [] : [/^label_values\((.*), \w+\)$/.exec(query.query)?.[1] ?? ''],
    );
    const notes = dashboard.annotations.list.map(({ expr }) => expr);
    for (const expr of [...variables, ...notes]) expect(unknownNames(expr)).toEqual([]);
  });
});

it('the dashboard shows every metric of Tekton', () => {
  const shown = new Set(
    dashboard.panels.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => [...metricNames(withoutGrafanaVariables(expr))]),
    ),
  );
  const families = [...series]
    .filter((name) => name.startsWith('tekton_'))
    .map((name) => name.replace(/_(bucket|sum|count)$/, ''));
  const missing = [...new Set(families)].filter(
    (name) => !shown.has(name) && !HISTOGRAM_SERIES.some((part) => shown.has(name + part)),
  );
  expect(missing).toEqual([]);
});

it('a name that there is not, and what is not PromQL, are noticed', () => {
  expect(unknownNames('rate(tekton_nothing_total[5m]) > up')).toEqual(['tekton_nothing_total']);
  expect(() => metricNames('sum by (')).toThrow('Not PromQL');
});
