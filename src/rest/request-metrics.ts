import { makeHistogramProvider, getToken } from '@willsoto/nestjs-prometheus';

const NAME = 'tekton_http_request_duration_seconds';

/** Injection token of the histogram of request durations. */
export const REQUEST_DURATION = getToken(NAME);

export const requestDurationProvider = makeHistogramProvider({
  name: NAME,
  help: 'Seconds that REST calls took, by method, route pattern and status',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
});
