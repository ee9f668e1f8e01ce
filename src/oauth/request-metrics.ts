import { Histogram, register } from 'prom-client';

const NAME = 'tekton_issuer_request_duration_seconds';

/** What other servers are asked for, as it is counted. */
export type RequestPurpose =
  /** Where an issuer has its endpoints. */
  | 'metadata'
  /** The keys that an issuer signs with. */
  | 'keys'
  /** A token for Tekton itself. */
  | 'token'
  /** Whether a caller may do something (UMA). */
  | 'decision'
  /** All that a caller has a scope on (UMA). */
  | 'permissions'
  /** The resources that stand for applications (UMA). */
  | 'resources'
  /** The list of tenants of the Tenant Manager. */
  | 'tenants';

/** The class of the status; `failed`: no whole answer, for another reason than its time. */
export type RequestResult = '2xx' | '3xx' | '4xx' | '5xx' | 'timeout' | 'failed';

/** Counts a request that has ended. What is not asked by a caller has no place for an injected metric. */
export function observeRequest(
  purpose: RequestPurpose,
  result: RequestResult,
  seconds: number,
): void {
  duration().observe({ purpose, result }, seconds);
}

/** The registry is the process's: whoever empties it must not be left with a metric that nobody sees. */
function duration(): Histogram {
  const known = register.getSingleMetric(NAME) as Histogram | undefined;
  return (
    known ??
    new Histogram({
      name: NAME,
      help: 'Seconds that requests to issuers, Keycloak and the Tenant Manager took, by purpose and by class of status (else timeout or failed; a 403 to a decision is a no)',
      labelNames: ['purpose', 'result'],
      // From a neighbour in the cluster that has it in memory up to the longest time that is waited.
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    })
  );
}
