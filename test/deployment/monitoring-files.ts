import { documentOf, textOf } from './repository-files.js';

export interface AlertRule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface RuleGroups {
  groups: { name: string; rules: AlertRule[] }[];
}

export interface Panel {
  id: number;
  title: string;
  type: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { uid: string };
  targets?: { expr: string; datasource: { uid: string } }[];
}

export interface Dashboard {
  uid: string;
  title: string;
  templating: { list: { name: string; type: string; query: string | { query: string } }[] };
  annotations: { list: { expr: string }[] };
  panels: Panel[];
}

export const ruleGroups = documentOf('monitoring/prometheus/tekton.rules.yml') as RuleGroups;

export const alertRules = ruleGroups.groups.flatMap(({ rules }) => rules);

export const dashboard = JSON.parse(
  textOf('monitoring/grafana/dashboards/tekton.json'),
) as Dashboard;
