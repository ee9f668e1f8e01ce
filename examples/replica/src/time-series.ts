// What the configuration means: the points of time series that are made of a data sample.
import type { Configuration, ConfigurationChange } from 'tekton-client';

/** What Tekton has checked against the schemas of `epts`. */
interface ApplicationConfiguration {
  autoExtraction?: boolean;
  timeSeries?: readonly TimeSeries[];
}
interface TimeSeries {
  name: string;
  values: readonly { name: string; type: 'number' | 'string' | 'boolean' | 'object' }[];
}
interface VersionConfiguration {
  extractions?: readonly { timeSeries: string; values: Places }[];
}
/** From the name of a value to its place in the sample, a JSON Pointer. */
type Places = Readonly<Record<string, string>>;

/** What an endpoint has sent. */
export type Sample = Readonly<Record<string, unknown>>;

export interface Point {
  timeSeries: string;
  values: Record<string, unknown>;
}

/** A value is taken from where the version's configuration says, else from the field of its name. */
export function pointsOf(
  sample: Sample,
  application: Configuration | undefined,
  version: Configuration | undefined,
): Point[] {
  const { autoExtraction = true, timeSeries = [] } = (application ??
    {}) as ApplicationConfiguration;
  const { extractions = [] } = (version ?? {}) as VersionConfiguration;
  const points = timeSeries.map(({ name, values }) => {
    const places = extractions.find((extraction) => extraction.timeSeries === name)?.values;
    return { timeSeries: name, values: valuesOf(sample, values, places) };
  });
  if (autoExtraction) {
    for (const [name, value] of Object.entries(sample)) {
      if (typeof value === 'number') points.push({ timeSeries: `auto~${name}`, values: { value } });
    }
  }
  return points.filter(({ values }) => Object.keys(values).length > 0);
}

/** @throws Error if two time series, or two values of one, have the same name: no schema can tell */
export function requireDistinctNames({ value }: ConfigurationChange): void {
  const { timeSeries = [] } = (value ?? {}) as ApplicationConfiguration;
  requireDistinct('time series', timeSeries);
  for (const { name, values } of timeSeries) requireDistinct(`values of ${name}`, values);
}

function requireDistinct(what: string, named: readonly { name: string }[]): void {
  const names = named.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new Error(`two ${what} have the name "${twice}"`);
}

function valuesOf(sample: Sample, wanted: TimeSeries['values'], places?: Places) {
  const found: Record<string, unknown> = {};
  for (const { name, type } of wanted) {
    const value = at(sample, places === undefined ? `/${name}` : places[name]);
    // An endpoint that sends something else must not spoil the time series.
    if (value !== null && typeof value === type) found[name] = value;
  }
  return found;
}

function at(sample: Sample, pointer = ''): unknown {
  let value: unknown = sample;
  for (const part of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = Object.hasOwn(value, key) ? (value as Sample)[key] : undefined;
  }
  return value;
}
