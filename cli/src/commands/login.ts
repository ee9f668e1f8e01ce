import { requestToken } from '../access-token.js';
import { CommandError } from '../command-error.js';
import { defineCommand } from '../command.js';
import { readBytes } from '../document-input.js';
import { EXIT } from '../exit-code.js';

export const LOGIN = defineCommand({
  command: 'login',
  describe: 'Get a token by client credentials, and keep it until it expires',
  positionals: {},
  flags: {
    issuer: {
      type: 'string',
      default: process.env.TEKTON_ISSUER,
      defaultDescription: 'TEKTON_ISSUER',
      describe: 'URL of the tenant’s issuer',
    },
    'client-id': {
      type: 'string',
      default: process.env.TEKTON_CLIENT_ID,
      defaultDescription: 'TEKTON_CLIENT_ID',
      describe: 'OAuth client',
    },
    'client-secret-file': {
      nargs: 1,
      type: 'string',
      describe: 'File with its secret, - is standard input; default: TEKTON_CLIENT_SECRET',
    },
    scope: { type: 'string', describe: 'Scopes to ask for, separated by spaces' },
  },
  examples: [
    [
      'login --issuer https://auth.example/realms/acme --client-id ops --client-secret-file ops.secret',
      'a command line is no place for a secret: others see it',
    ],
  ],
  run: async ({ issuer, clientId, clientSecretFile, scope, url }, session) => {
    const secret =
      clientSecretFile === undefined
        ? (session.env.TEKTON_CLIENT_SECRET ?? '')
        : (await readBytes(clientSecretFile)).toString('utf8').replace(/\r?\n$/, '');
    const missing = [
      ...(issuer === undefined ? ['--issuer (TEKTON_ISSUER)'] : []),
      ...(clientId === undefined ? ['--client-id (TEKTON_CLIENT_ID)'] : []),
      ...(secret === '' ? ['--client-secret-file (TEKTON_CLIENT_SECRET)'] : []),
    ];
    if (issuer === undefined || clientId === undefined || missing.length > 0) {
      throw new CommandError(`Give ${missing.join(', ')}`, EXIT.usage);
    }
    const { accessToken, expiresAt } = await requestToken(
      { issuer, clientId, clientSecret: secret, ...(scope !== undefined && { scope }) },
      session.timeoutMs,
    );
    await session.credentials.put(url, { issuer, clientId, accessToken, expiresAt });
    const until = expiresAt === null ? '' : `, until ${new Date(expiresAt).toISOString()}`;
    if ((session.env.TEKTON_TOKEN ?? '') !== '') {
      session.output.note('TEKTON_TOKEN is set, and is used rather than this login');
    }
    session.output.note(
      `Logged in to ${url} as ${clientId}${until}. The token is in ${session.credentials.path}`,
    );
  },
});

export const LOGOUT = defineCommand({
  command: 'logout',
  describe: 'Forget the token of the last login',
  positionals: {},
  flags: {},
  examples: [['logout', 'that of the URL in TEKTON_URL']],
  run: async ({ url }, session) => {
    const wasThere = await session.credentials.remove(url);
    session.output.note(wasThere ? `Logged out of ${url}` : `There was no login to ${url}`);
  },
});
