// What Fastify and pg alone can do: one named statement, a token that is verified once, nothing else.
// DATABASE_URL, NATS_URL, ISSUER, AUDIENCE and POOL are given; it prints its port.
import { connect } from '@nats-io/transport-node';
import Fastify from 'fastify';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import pg from 'pg';

const { DATABASE_URL, NATS_URL, ISSUER, AUDIENCE, POOL } = process.env;
const JSON_UTF8 = 'application/json; charset=utf-8';

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: Number(POOL) });
await pool.query(`CREATE TABLE IF NOT EXISTS documents (
  key text PRIMARY KEY, instance text NOT NULL, document json NOT NULL)`);
await pool.query('CREATE INDEX IF NOT EXISTS documents_instance ON documents (instance)');
const nats = await connect({ servers: NATS_URL });
const keys = createRemoteJWKSet(new URL(`${ISSUER}/jwks`));

const known = new Map();
async function verify(token) {
  const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience: AUDIENCE });
  known.set(token, payload.exp * 1000);
}

const READ = 'SELECT document::text AS document FROM documents WHERE key = $1';
const READ_ALL =
  'SELECT key, document::text AS document FROM documents WHERE instance = $1 ORDER BY key';
const WRITE = `INSERT INTO documents (key, instance, document) VALUES ($1, 'bench', $2)
  ON CONFLICT (key) DO UPDATE SET document = excluded.document`;

const server = Fastify();
server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
  done(null, body);
});
server.addHook('onRequest', async (request) => {
  const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
  if (!(known.get(token) > Date.now())) await verify(token);
});
server.get('/documents/:key', async (request, reply) => {
  const { rows } = await pool.query({ name: 'read', text: READ, values: [request.params.key] });
  if (rows.length === 0) return reply.code(404).send();
  return reply.header('content-type', JSON_UTF8).send(rows[0].document);
});
server.put('/documents/:key', async (request, reply) => {
  const { key } = request.params;
  await pool.query({ name: 'write', text: WRITE, values: [key, request.body] });
  nats.publish('bare.changed', key);
  return reply.header('content-type', JSON_UTF8).send(request.body);
});
server.get('/documents', async (_request, reply) => {
  const { rows } = await pool.query({ name: 'all', text: READ_ALL, values: ['bench'] });
  let text = '{';
  for (const { key, document } of rows) {
    text += `${text.length > 1 ? ',' : ''}"${key}":${document}`;
  }
  return reply.header('content-type', JSON_UTF8).send(`${text}}`);
});
const address = await server.listen({ host: '127.0.0.1', port: 0 });
console.log(address);

process.once('SIGTERM', async () => {
  await server.close();
  await nats.close();
  await pool.end();
});
