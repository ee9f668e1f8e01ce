import type { DevelopmentIssuers } from './development-issuer.js';
import { DEVELOPMENT_TENANTS } from './development-tenants.js';

/** The lines that say what the development issuer is, and what to try with its tokens. */
export function secureTrial(api: string, issuers: DevelopmentIssuers): string {
  const as = (name: string) => `-H "authorization: Bearer $${name}"`;
  const json = "-H 'content-type: application/json'";
  const configuration = `'${api}/app-configs/applications/acme_kettle?serviceInstanceName=epts'`;
  return `This is a DEVELOPMENT issuer: whoever reads this knows its secrets. Never use it in production.
Its tenants, each with its own issuer at ${issuers.issuerOf('<tenant>')}, and their clients:

${clientLines()}

Try in another terminal:

  # a token for each tenant, good for an hour or until Tekton is stopped
  ACME=$(${tokenCommand(issuers, 'acme', 'dashboard')})
  GLOBEX=$(${tokenCommand(issuers, 'globex', 'dashboard')})
  KAA=$(${tokenCommand(issuers, 'kaa', 'service')})

  # acme makes an application, configures it for the service instance "epts", and sees it
  curl -X POST ${as('ACME')} ${json} \\
    -d '{"name": "acme_kettle"}' ${api}/applications
  curl -X PUT ${as('ACME')} ${json} \\
    -d '{"autoExtraction": true}' ${configuration}
  curl ${as('ACME')} ${api}/applications

  # globex has none, and for globex there is none of that name (404)
  curl ${as('GLOBEX')} ${api}/applications
  curl -i ${as('GLOBEX')} ${api}/applications/acme_kettle

  # a service of the platform reads the configurations of all tenants
  curl ${as('KAA')} ${configuration}

  # without a token there is nothing to see (401)
  curl -i ${api}/applications
`;
}

/** Asks for all scopes that the client may have; `fs` needs no import where code is given to node. */
function tokenCommand(issuers: DevelopmentIssuers, tenantId: string, clientId: string): string {
  const { clients = [] } = DEVELOPMENT_TENANTS.find(({ id }) => id === tenantId) ?? {};
  const secret = clients.find((client) => client.clientId === clientId)?.clientSecret ?? '';
  return (
    `curl -s -u ${clientId}:${secret} -d grant_type=client_credentials \\\n` +
    `    ${issuers.issuerOf(tenantId)}/token | node -pe 'JSON.parse(fs.readFileSync(0)).access_token'`
  );
}

function clientLines(): string {
  return DEVELOPMENT_TENANTS.flatMap(({ id, clients }) =>
    clients.map(
      ({ clientId, clientSecret, scopes }) =>
        `  ${id.padEnd(8)}${clientId}:${clientSecret}\n          ${scopes.join(' ')}`,
    ),
  ).join('\n');
}
