import type { RestClient } from '../support/rest-client.js';

/** One figure of what Prometheus reads. */
export interface Series {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Reads the metrics of a Tekton. */
export async function scrape(management: RestClient): Promise<Series[]> {
  const { status, text } = await management.get('/metrics');
  if (status !== 200) throw new Error(`/metrics answered ${status}`);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map(parseLine);
}

/** The figures of a metric, by the values of its labels in the order of their names. */
export function figuresOf(series: readonly Series[], name: string): Record<string, number> {
  const own = series.filter((one) => one.name === name);
  return Object.fromEntries(own.map(({ labels, value }) => [Object.values(labels).join(), value]));
}

/** All values that a label has. */
export function valuesOf(series: readonly Series[], name: string, label: string): Set<string> {
  return new Set(
    series.filter((one) => one.name === name).flatMap(({ labels }) => labels[label] ?? []),
  );
}

function parseLine(line: string): Series {
  const [, name, inner = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) throw new Error(`Not a figure: ${line}`);
  const labels = [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return {
    name,
    labels: Object.fromEntries(labels.map(([, label = '', text = '']) => [label, text])),
    value: Number(value),
  };
}
