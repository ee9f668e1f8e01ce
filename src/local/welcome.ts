import type { DevelopmentIssuers } from './development-issuer.js';
import { secureTrial } from './secure-trial.js';

/** What there is to tell about a running Tekton. */
export interface WelcomeFacts {
  /** Of the REST API, without `/api/v1`. */
  restUrl: string;
  managementUrl: string;
  natsUrls: string;
  /** Undefined if no part was started here. */
  dataFolder: string | undefined;
  /** Given if calls need their tokens. */
  issuers: DevelopmentIssuers | undefined;
}

/** The lines that tell a newcomer where things are and what to try. */
export function welcomeText({
  restUrl,
  managementUrl,
  natsUrls,
  dataFolder,
  issuers,
}: WelcomeFacts): string {
  const api = `${restUrl.replace(/\/$/, '')}/api/v1`;
  const places = [
    ['API', `${api}    (documentation: ${api}/docs)`],
    ['Health', `${managementUrl.replace(/\/$/, '')}/health`],
    ['NATS', natsUrls],
    ...(issuers === undefined ? [] : [['Issuers', issuers.url]]),
    ...(dataFolder === undefined ? [] : [['Data', `${dataFolder} (kept for the next start)`]]),
  ];
  return `
Tekton is running. Ctrl-C stops it.

${places.map(([name, place]) => `  ${(name ?? '').padEnd(8)}${place ?? ''}`).join('\n')}

${issuers === undefined ? openTrial(api, natsUrls) : secureTrial(api, issuers)}`;
}

/** What to try where calls need no token. */
function openTrial(api: string, natsUrls: string): string {
  const json = "-H 'content-type: application/json'";
  return `Try in another terminal, here:

  # see what the services are told, while the next terminal changes something
  npm run listen -- ${natsUrls}

  # an application, then its configuration for the service instance "epts"
  curl -X POST ${json} -d '{"name": "smart_kettle"}' \\
    ${api}/applications
  curl -X PUT ${json} -d '{"autoExtraction": true}' \\
    '${api}/app-configs/applications/smart_kettle?serviceInstanceName=epts'

  # all the services that can be configured
  curl ${api}/service-instances
`;
}
