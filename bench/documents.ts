const UNITS = ['celsius', 'percent', 'volt', 'pascal'];
const TIME_SERIES = 21;

/**
 * A configuration of about 2 KiB, as a service for time series has them; see `service-config.yml`.
 * @param marker tells it from all others
 */
export function documentOf(marker: string): string {
  const timeSeries = Array.from({ length: TIME_SERIES }, (_, index) => ({
    name: `series_${index}`,
    path: `/telemetry/${index}/value`,
    unit: UNITS[index % UNITS.length],
    seconds: 60 + index,
    enabled: index % 3 !== 0,
  }));
  return JSON.stringify({ marker, timeSeries });
}

/** Configurations 0, 1, 2, ... as they are at first. */
export function firstDocuments(count: number): string[] {
  return Array.from({ length: count }, (_, index) => documentOf(`${index} at first`));
}
