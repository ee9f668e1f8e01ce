// Puts the compiled server and the packages that it needs into one file: Node.js spends most of a start
// on finding, reading and linking hundreds of files. `dist/main.js` is the same server in many files.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// What is looked for only to see whether it is there, or only where an option asks for it.
const OPTIONAL = [
  '@fastify/multipart',
  '@fastify/view',
  '@google-cloud/spanner',
  '@grpc/*',
  '@mikro-orm/*',
  '@nestjs/axios',
  '@nestjs/mongoose',
  '@nestjs/platform-express',
  '@nestjs/sequelize',
  '@nestjs/typeorm',
  '@nestjs/websockets',
  '@sap/*',
  'amqp*',
  'better-sqlite3',
  'class-transformer',
  'class-transformer/*',
  'expo-sqlite',
  'hdb-pool',
  'ioredis',
  'kafkajs',
  'mongodb',
  'mongoose',
  'mqtt',
  'mssql',
  'mysql',
  'mysql2',
  'nats',
  'oracledb',
  'pg-native',
  'pg-query-stream',
  'react-native-sqlite-storage',
  'redis',
  'sequelize',
  'sql.js',
  'sqlite3',
  'typeorm-aurora-data-api-driver',
];

// They look for files beside their own, or are loaded by name.
const APART = [
  '@fastify/static',
  'ajv-draft-04',
  'pino-pretty',
  'swagger-ui-dist',
  'swagger-ui-dist/*',
];

// Packages in the older format of modules expect these.
const BANNER = `
import { createRequire as requireOf } from 'node:module';
import { dirname as folderOf } from 'node:path';
import { fileURLToPath as fileOf } from 'node:url';
const require = requireOf(import.meta.url);
const __filename = fileOf(import.meta.url);
const __dirname = folderOf(__filename);`;

// How esbuild keeps the name of a class or function that it puts elsewhere, and what is done instead: the
// functions that each request makes need none, or have it, and to set it takes longer than all else about them.
const KEEP_NAME = 'var __name = (target, value) => __defProp(target, "name",';
const KEEP_NAME_IF_LOST =
  'var __name = (target, value) => !Object.hasOwn(target, "prototype") || target.name === value ? target : __defProp(target, "name",';

const outfile = join(root, 'dist', 'bundle', 'main.js');

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: [join(root, 'dist', 'main.js')],
  outfile,
  write: false,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Nest finds what to inject by classes, and logs speak of their names.
  keepNames: true,
  legalComments: 'none',
  external: [...OPTIONAL, ...APART],
  banner: { js: BANNER },
  logLevel: 'warning',
});

const bundle = outputFiles[0].text;
if (bundle.split(KEEP_NAME).length !== 2) throw new Error('esbuild keeps names in another way now');
await mkdir(dirname(outfile), { recursive: true });
await writeFile(outfile, bundle.replace(KEEP_NAME, KEEP_NAME_IF_LOST));
