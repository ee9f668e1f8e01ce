// The service's own API. Each request takes the configuration that is in force at that moment.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { TektonClient } from 'tekton-client';
import { pointsOf, type Sample } from './time-series.js';

const LARGEST_SAMPLE = 1_000_000;

export function createHttpServer(client: TektonClient): Server {
  return createServer((request, response) => {
    answer(client, request, response).catch((error: unknown) => {
      send(response, 400, { message: error instanceof Error ? error.message : String(error) });
    });
  });
}

async function answer(
  client: TektonClient,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = `${request.method ?? ''} ${request.url ?? ''}`;
  const appVersionName = /^POST \/samples\/([\w-]+)$/.exec(route)?.[1];
  if (appVersionName !== undefined) {
    const sample = await readSample(request);
    // The name of an appversion is that of its application, a dash and a suffix.
    const application = client.config({ appName: appVersionName.replace(/[-_][^-_]*$/, '') });
    const version = client.config({ appVersionName });
    if (application === undefined && version === undefined) {
      send(response, 404, { message: `There is no configuration for ${appVersionName}` });
    } else {
      send(response, 200, { points: pointsOf(sample, application, version) });
    }
  } else if (route === 'GET /configurations') {
    send(response, 200, { configurations: [...client.configurations()] });
  } else if (route === 'GET /health') {
    send(response, client.status.source === 'none' ? 503 : 200, client.status);
  } else if (route === 'GET /metrics') {
    const metrics = await client.registry.metrics();
    response.writeHead(200, { 'content-type': client.registry.contentType }).end(metrics);
  } else {
    send(response, 404, { message: `There is no ${route}` });
  }
}

async function readSample(request: IncomingMessage): Promise<Sample> {
  let text = '';
  for await (const part of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += part;
    if (text.length > LARGEST_SAMPLE) throw new Error('The sample is too large');
  }
  const sample: unknown = JSON.parse(text);
  if (typeof sample !== 'object' || sample === null || Array.isArray(sample)) {
    throw new Error('A sample is a JSON object');
  }
  return sample as Sample;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
