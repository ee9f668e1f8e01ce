import { STATUS_CODES } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { BUILD } from './management/build-info.js';
import { allowPages } from './rest/answer-headers.js';
import type { Settings } from './settings/settings.js';

const DESCRIPTION = `Applications, application versions and configurations of a Kaa IoT cluster.
A change is checked against the JSON Schema of its service instance, stored with its history, and
told over NATS by 17/SCMP messages. Errors have a \`message\`, and \`errors\` where there are places.`;

interface OperationObject {
  description?: string;
  'x-access'?: string;
  responses: Record<string, { description?: string } | undefined>;
}

/** The OpenAPI 3.1 document of the application's routes. */
function createOpenApiDocument(app: NestFastifyApplication, settings: Settings): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tekton')
    .setDescription(DESCRIPTION)
    .setVersion(BUILD.version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'This server')
    .addServer(settings['http.url-prefix'], 'Behind an ingress of Kaa')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: "An access token of the tenant's issuer; not looked at while security is off.",
    })
    .build();
  config.security = settings['kaa.security.enabled'] ? [{ bearer: [] }] : [{ bearer: [] }, {}];
  const document = SwaggerModule.createDocument(app, config, { autoTagControllers: false });
  nameStatuses(document);
  return document;
}

/** OpenAPI wants a description of each answer; where there is no more to say, the status says it. */
function nameStatuses({ paths }: OpenAPIObject): void {
  for (const path of Object.values(paths)) {
    for (const operation of Object.values(path as Record<string, OperationObject>)) {
      // What who may call it is told in is read by people too.
      const { 'x-access': access } = operation;
      if (access !== undefined) operation.description = access;
      for (const [status, response] of Object.entries(operation.responses)) {
        if (response) response.description ||= STATUS_CODES[status] ?? status;
      }
    }
  }
}

/** Serves the document at `openapi.json` and a page to browse it at `docs`, made when first read. */
export function serveOpenApi(app: NestFastifyApplication, settings: Settings): void {
  allowPages(app.getHttpAdapter().getInstance(), '/api/v1/docs');
  SwaggerModule.setup('docs', app, () => createOpenApiDocument(app, settings), {
    useGlobalPrefix: true,
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Tekton API',
    // Without this the page has a badge that hands its own address to a validator on the Internet.
    swaggerOptions: { validatorUrl: null },
  });
}
