import { readFileSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

const DESCRIPTION = `Applications, application versions and configurations of a Kaa IoT cluster.
A change is checked against the JSON Schema of its service instance, stored with its history, and
told over NATS by 17/SCMP messages. Errors have a \`message\`, and \`errors\` where there are places.`;

/** The OpenAPI 3.1 document of the application's routes. */
export function createOpenApiDocument(
  app: NestFastifyApplication,
  urlPrefix: string,
): OpenAPIObject {
  const { version } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tekton')
    .setDescription(DESCRIPTION)
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'This server')
    .addServer(urlPrefix, 'Behind an ingress of Kaa')
    .build();
  return SwaggerModule.createDocument(app, config);
}

/** Serves the document at `openapi.json` and a page to browse it at `docs`, made when first read. */
export function serveOpenApi(app: NestFastifyApplication, urlPrefix: string): void {
  SwaggerModule.setup('docs', app, () => createOpenApiDocument(app, urlPrefix), {
    useGlobalPrefix: true,
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Tekton API',
  });
}
