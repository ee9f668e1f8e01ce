import { getToken, makeCounterProvider } from '@willsoto/nestjs-prometheus';

const AUTHENTICATIONS = 'tekton_authentications_total';
const AUTHORIZATIONS = 'tekton_authorizations_total';

/** Injection tokens of what is counted of callers. */
export const AUTHENTICATION_COUNTER = getToken(AUTHENTICATIONS);
export const AUTHORIZATION_COUNTER = getToken(AUTHORIZATIONS);

export const CALLER_METRICS = [
  makeCounterProvider({
    name: AUTHENTICATIONS,
    help: 'Calls by how their access token was judged: known, verified, unavailable (its issuer cannot be asked), or why it was refused',
    labelNames: ['result'],
  }),
  makeCounterProvider({
    name: AUTHORIZATIONS,
    help: 'Calls by what their caller may do: allowed, forbidden (403), hidden (404), unavailable (503)',
    labelNames: ['result'],
  }),
];
