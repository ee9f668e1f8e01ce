// Starts what `npm start` starts, on a data folder of its own, makes one change, and stops it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const [, , dataFolder] = process.argv;
const env = { ...process.env, TEKTON_DATA_DIR: dataFolder, PORT: '0', MANAGEMENT_PORT: '0' };
delete env.DATABASE_URL;
delete env.NATS_URL;
const server = spawn(process.execPath, ['scripts/start.mjs'], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = once(server, 'exit');

try {
  const api = await apiUrl(server);
  await expectStatus(201, `${api}/applications`, 'POST', { name: 'smoke' });
  const configuration = `${api}/app-configs/applications/smoke?serviceInstanceName=epts`;
  await expectStatus(201, configuration, 'PUT', { autoExtraction: true });
  await expectStatus(200, configuration, 'GET');
} finally {
  server.kill('SIGTERM');
}
const [code] = await ended;
if (code !== 0) throw new Error(`The server ended with ${code}`);
console.log('Started, changed, stopped.');

/** Where the API is, as the server says; it reads on, so that the server never waits to write. */
function apiUrl({ stdout }) {
  return new Promise((resolve, reject) => {
    let output = '';
    stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      const found = /API\s+(\S+)/.exec(output);
      if (found) resolve(found[1]);
    });
    stdout.once('end', () => reject(new Error(`The server ended before it served:\n${output}`)));
  });
}

async function expectStatus(status, url, method, body) {
  const response = await fetch(url, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (response.status !== status) {
    throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  }
}
