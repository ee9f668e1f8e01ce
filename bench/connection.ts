import { Agent, request as httpRequest } from 'node:http';
import type { BenchRequest } from './systems/system.js';

/** What came back. */
export interface BenchAnswer {
  status: number;
  etag: string | undefined;
  body: Buffer;
}

/** One keep-alive connection, on which one request at a time is sent. */
export class Connection {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /** @param origin as `http://127.0.0.1:<port>` */
  constructor(private readonly origin: string) {}

  /** @throws Error with the answer if its status is 400 or above */
  async send(wanted: BenchRequest): Promise<BenchAnswer> {
    const answer = await this.ask(wanted);
    if (answer.status < 400) return answer;
    const { method, path } = wanted;
    throw new Error(`${method} ${path}: ${answer.status} ${answer.body.toString()}`);
  }

  close(): void {
    this.agent.destroy();
  }

  private ask({ method, path, headers, body }: BenchRequest): Promise<BenchAnswer> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(`${this.origin}${path}`, { method, headers, agent: this.agent });
      sent.once('error', reject);
      sent.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const { statusCode: status = 0, headers } = response;
          resolve({ status, etag: headers.etag, body: Buffer.concat(chunks) });
        });
      });
      sent.end(body);
    });
  }
}
