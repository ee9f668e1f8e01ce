import { parser } from '@prometheus-io/lezer-promql';

/**
 * The names of the metrics that an expression asks for.
 *
 * @throws Error if it is not PromQL
 */
export function metricNames(expression: string): Set<string> {
  const names = new Set<string>();
  parser.parse(expression).iterate({
    enter: ({ type, from, to, node }) => {
      const text = expression.slice(from, to);
      if (type.isError)
        throw new Error(`Not PromQL at "${text}", character ${from}: ${expression}`);
      if (type.name !== 'VectorSelector') return;
      const name = node.getChild('Identifier');
      if (!name) throw new Error(`A selector without a name: ${text}`);
      names.add(expression.slice(name.from, name.to));
    },
  });
  return names;
}

/** What Grafana puts in for its own variables, which are not PromQL. */
export function withoutGrafanaVariables(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m');
}
