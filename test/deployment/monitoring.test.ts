import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildKustomization, the } from './kustomize.js';
import { alertRules, dashboard, ruleGroups } from './monitoring-files.js';
import { documentOf, placeOf, textOf } from './repository-files.js';

describe('alerts', () => {
  const runbook = textOf('docs/runbook.md');

  it('have names of their own', () => {
    const names = alertRules.map(({ alert }) => alert);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each(alertRules.map((rule) => [rule.alert, rule] as const))(
    '%s: says how bad it is, what is wrong, and where to read on',
    (alert, { labels, annotations }) => {
      expect(Object.keys(labels)).toEqual(['severity']);
      expect(['critical', 'warning', 'info']).toContain(labels.severity);
      expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook_url']);
      expect(annotations.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
      expect(runbook).toMatch(new RegExp(`^### ${alert}$`, 'm'));
    },
  );

  it('are all that the runbook has, in the same order', () => {
    const titles = [...runbook.matchAll(/^### (Tekton\w+)$/gm)].map(([, title]) => title);
    expect(titles).toEqual(alertRules.map(({ alert }) => alert));
  });

  it('all have a case in which they fire', () => {
    const cases = documentOf('monitoring/prometheus/tekton.rules.test.yml') as {
      rule_files: string[];
      tests: { promql_expr_test: { expr: string; exp_samples: unknown[] }[] }[];
    };
    const firing = cases.tests
      .flatMap((test) => test.promql_expr_test)
      .filter(({ exp_samples }) => exp_samples.length > 0)
      .map(({ expr }) => /alertname="(\w+)"/.exec(expr)?.[1]);
    expect([...new Set(firing)].sort()).toEqual(alertRules.map(({ alert }) => alert).sort());
  });

  it('never add up what every replica measures of the whole', () => {
    for (const { expr } of alertRules) {
      expect(expr).not.toMatch(/sum[^(]*\((rate\()?tekton_(outbox|configurations|tenants\b)/);
    }
  });

  it('are the same in Kubernetes', () => {
    const manifests = buildKustomization('k8s/components/monitoring');
    expect(the(manifests, 'PrometheusRule', 'tekton').spec).toEqual(ruleGroups);
  });
});

describe('the dashboard', () => {
  it('has panels with IDs of their own that do not lie on each other', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from(
        { length: w * h },
        (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`,
      );
    });
    expect(cells).toHaveLength(new Set(cells).size);
  });

  it('takes its data from the source that is chosen', () => {
    expect(dashboard.templating.list.map(({ name }) => name)).toContain('datasource');
    for (const { datasource, targets = [] } of dashboard.panels) {
      for (const { uid } of [
        ...(datasource ? [datasource] : []),
        ...targets.map((t) => t.datasource),
      ]) {
        expect(uid).toBe('${datasource}');
      }
    }
  });

  it('fits into a ConfigMap that kubectl applies', () => {
    const { data = {} } = the(
      buildKustomization('k8s/components/monitoring'),
      'ConfigMap',
      'tekton-dashboard',
    );
    // kubectl keeps what it has applied in an annotation, which may have 256 KiB.
    expect(Buffer.byteLength(JSON.stringify(JSON.stringify(data)))).toBeLessThan(250 * 1024);
  });
});

it('Prometheus of docker-compose.yml reads the rules, and Grafana finds Prometheus', () => {
  const prometheus = documentOf('monitoring/prometheus/prometheus.yml') as {
    rule_files: string[];
    scrape_configs: { job_name: string }[];
  };
  expect(prometheus.scrape_configs.map((job) => job.job_name)).toEqual(['tekton']);
  for (const file of prometheus.rule_files) {
    expect(existsSync(placeOf(`monitoring/prometheus/${file}`))).toBe(true);
  }
  const folder = 'monitoring/grafana/provisioning';
  const { datasources } = documentOf(`${folder}/datasources/prometheus.yml`) as {
    datasources: { url: string }[];
  };
  expect(datasources.map(({ url }) => url)).toEqual(['http://prometheus:9090']);
});
