import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Histogram } from 'prom-client';
import { AppModule } from './app.module.js';
import { NestLogger, type Logger } from './logging/logger.js';
import { HealthIndicators } from './management/health-indicators.js';
import { createManagementAdapter } from './management/management-adapter.js';
import { ManagementModule } from './management/management.module.js';
import { MetricsSampler } from './management/metrics-sampler.js';
import { NatsConnection } from './nats/nats-connection.js';
import { NatsEventsStrategy } from './nats/nats-events.strategy.js';
import { serveOpenApi } from './openapi.js';
import { Admission, HELD, IN_FLIGHT, REFUSED } from './rest/admission.js';
import { ErrorFilter } from './rest/error.filter.js';
import { createHttpAdapter, observeAnswers } from './rest/http-server.js';
import { limitRequests } from './rest/request-limits.js';
import { REQUEST_DURATION } from './rest/request-metrics.js';
import { RouteTable } from './rest/route-table.js';
import type { Settings } from './settings/settings.js';

/** What scripts of other origins may read of an answer. */
const EXPOSED_HEADERS = [
  'ETag',
  'Location',
  'X-Revision',
  'X-Position',
  'X-Correlation-Id',
  'X-Dry-Run',
  'X-Would-Notify',
];

/** Builds the REST API; nothing is connected and nothing listens yet. */
export async function createApp(
  settings: Settings,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const adapter = createHttpAdapter(settings);
  const routes = new RouteTable(adapter.getInstance());
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(
      settings,
      logger,
      sharesListener(settings) ? [ManagementModule.beside()] : [],
    ),
    adapter,
    { bodyParser: false, logger: new NestLogger(logger), abortOnError: false },
  );
  app.connectMicroservice<MicroserviceOptions>(
    { strategy: new NatsEventsStrategy(app.get(NatsConnection)) },
    // What stands before REST calls has no business with messages.
    { inheritAppConfig: false },
  );
  app.setGlobalPrefix('api/v1', { exclude: ['health', 'health/*path', 'metrics'] });
  app.useGlobalFilters(new ErrorFilter(logger, routes.explain));
  const admission = new Admission(
    settings,
    { inFlight: app.get(IN_FLIGHT), held: app.get(HELD), refused: app.get(REFUSED) },
    logger,
  );
  limitRequests(adapter, admission, settings['http.stall-timeout'] * 1000);
  observeAnswers(adapter, app.get<Histogram>(REQUEST_DURATION), logger);
  const origins = settings['http.cors.origins'];
  if (origins.length > 0) {
    app.enableCors({
      origin: origins.includes('*') ? '*' : [...origins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: EXPOSED_HEADERS,
      // An OPTIONS that browsers do not send is answered like any other call.
      strictPreflight: false,
    });
  }
  serveOpenApi(app, settings);
  return app;
}

/** Whether the management interface is to stand beside the API, on the same port. */
export function sharesListener(settings: Settings): boolean {
  const port = settings['http.port'];
  return port !== 0 && port === settings['management.port'];
}

/** Builds the management interface of an application. */
export async function createManagementApp(
  app: NestFastifyApplication,
  settings: Settings,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const vitals = { indicators: app.get(HealthIndicators), sampler: app.get(MetricsSampler) };
  return NestFactory.create<NestFastifyApplication>(
    ManagementModule.apart(vitals),
    createManagementAdapter(settings),
    { logger: new NestLogger(logger), abortOnError: false },
  );
}
