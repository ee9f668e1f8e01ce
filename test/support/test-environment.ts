import { fileURLToPath } from 'node:url';

export const TEST_SETTINGS_FILE = fileURLToPath(new URL('service-config.yml', import.meta.url));

/** The environment of a Tekton under test: free ports, little to log. */
export function testEnvironment(
  databaseUrl: string,
  natsUrl: string,
  environment: Record<string, string> = {},
): Record<string, string> {
  return {
    TEKTON_CONFIG_FILE: TEST_SETTINGS_FILE,
    DATABASE_URL: databaseUrl,
    NATS_URL: natsUrl,
    PORT: '0',
    MANAGEMENT_PORT: '0',
    LOG_LEVEL: 'fatal',
    LOGGING_FORMAT: 'json',
    LOGGING_AUDIT: 'false',
    ...environment,
  };
}
