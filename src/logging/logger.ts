import type { LoggerService } from '@nestjs/common';
import { pino, type LogFn, type Logger } from 'pino';
import { createRequire } from 'node:module';
import { serializeError } from './error-serializer.js';

export type { Logger } from 'pino';

/** Injection token of the process's logger. */
export const LOGGER = Symbol('logger');

export interface LoggingOptions {
  level: string;
  format: 'json' | 'pretty';
}

/** Creates the one logger of the process: JSON lines, or text for a person at a terminal. */
export function createLogger({ level, format }: LoggingOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => serializeError(error) },
  };
  if (format === 'json') {
    return pino({ ...options, formatters: { level: (label) => ({ level: label }) } });
  }
  // JSON escapes them; on a terminal they could pass for lines of their own, or move the cursor.
  const hooks = {
    logMethod(this: Logger, args: Parameters<LogFn>, log: LogFn): void {
      log.apply(this, args.map(withoutControls) as Parameters<LogFn>);
    },
  };
  // In this thread and synchronous: a worker thread would cost memory and lose the last lines.
  const pretty = createRequire(import.meta.url)('pino-pretty') as (options: object) => never;
  return pino(
    { ...options, hooks },
    pretty({ colorize: true, translateTime: 'SYS:HH:MM:ss.l', sync: true }),
  );
}

/** A message in which control characters are written as JSON writes them. */
function withoutControls(argument: unknown): unknown {
  if (typeof argument !== 'string') return argument;
  return argument.replaceAll(
    /\p{Cc}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Nest's own messages, through the same logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  /** Nest tells of each module and route that it starts; that is for debugging. */
  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  error(message: unknown, ...details: unknown[]): void {
    this.logger.error({ details }, message instanceof Error ? message.message : String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  verbose(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }
}
