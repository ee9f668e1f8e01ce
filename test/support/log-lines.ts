import { pino } from 'pino';
import type { Logger } from '../../src/logging/logger.js';

/** A logger whose lines a test can look at. */
export class LogLines {
  private readonly lines: string[] = [];
  readonly logger: Logger = pino(
    { level: 'trace', base: null },
    { write: (line) => this.lines.push(line) },
  );

  get text(): string {
    return this.lines.join('');
  }
}
