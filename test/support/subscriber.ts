import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { AvroReader } from './avro-reader.js';

/** A 17/SCMP message as a service would see it. */
export interface ReceivedMessage {
  kind: 'broadcast' | 'targeted';
  operation: string;
  /** The provider of a broadcast, or the instance that is told. */
  name: string;
  correlationId: string;
  timestamp: number;
  originatorReplicaId?: string;
  tenantID: string | null;
  appName: string | null;
  appVerName: string | null;
  position: number;
  revision: number | undefined;
  messageId: string;
}

/** What matters of a message in most tests, in a line. */
export function summarise(message: ReceivedMessage): string {
  const { kind, operation, name, tenantID, appName, appVerName, revision } = message;
  const what = [tenantID, appName, appVerName].map((part) => part ?? '-').join(' ');
  return `${kind} ${operation} ${name}: ${what}${revision === undefined ? '' : ` r${revision}`}`;
}

/** A subscriber like any service: the NATS client and Avro, and nothing of the product. */
export class Subscriber {
  readonly all: ReceivedMessage[] = [];
  /** When each of them came, by `performance.now()`. */
  readonly arrivals: number[] = [];
  private taken = 0;
  private readonly waiting = new Set<() => void>();

  private constructor(private readonly connection: NatsConnection) {}

  static async connect(url: string): Promise<Subscriber> {
    const connection = await connect({
      servers: url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
    });
    const subscriber = new Subscriber(connection);
    connection.subscribe('kaa.>', {
      callback: (error, message) => {
        if (error) throw error;
        // What others tell Tekton.
        if (message.subject.includes('.tenant.lifecycle.')) return;
        subscriber.arrivals.push(performance.now());
        subscriber.all.push(
          decode(message.subject, message.data, (name) => message.headers?.get(name)),
        );
        for (const look of subscriber.waiting) look();
      },
    });
    await connection.flush();
    return subscriber;
  }

  /** The next messages, once there are so many. */
  async take(count: number, timeoutMs = 10_000): Promise<ReceivedMessage[]> {
    const end = this.taken + count;
    if (this.all.length < end) {
      await new Promise<void>((resolve, reject) => {
        const look = () => {
          if (this.all.length < end) return;
          clearTimeout(timer);
          this.waiting.delete(look);
          resolve();
        };
        const timer = setTimeout(() => {
          this.waiting.delete(look);
          const got = this.all.slice(this.taken).map(summarise).join('\n');
          reject(
            new Error(`Waited for ${count} messages, got ${this.all.length - this.taken}:\n${got}`),
          );
        }, timeoutMs);
        this.waiting.add(look);
      });
    }
    const messages = this.all.slice(this.taken, end);
    this.taken = end;
    return messages;
  }

  /** The next messages in a line each. */
  async summaries(count: number): Promise<string[]> {
    return (await this.take(count)).map(summarise);
  }

  /** Resolves when it is connected and has heard all that the server had for it. */
  async catchUp(): Promise<void> {
    for (;;) {
      try {
        await this.connection.flush();
        return;
      } catch {
        await sleep(20);
      }
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

function decode(
  subject: string,
  data: Uint8Array,
  header: (name: string) => string | undefined,
): ReceivedMessage {
  const broadcast = /^kaa\.v1\.events\.([^.]+)\.service\.configuration\.([^.]+)$/.exec(subject);
  const targeted = /^kaa\.v1\.service\.([^.]+)\.scmp\.configuration\.([^.]+)$/.exec(subject);
  const [, name = '', operation = ''] = broadcast ?? targeted ?? [];
  if (!broadcast && !targeted) throw new Error(`${subject} is not a subject of 17/SCMP`);
  const reader = new AvroReader(data);
  const revision = header('Tekton-Revision');
  const message: ReceivedMessage = {
    kind: broadcast ? 'broadcast' : 'targeted',
    operation,
    name,
    correlationId: reader.string(),
    timestamp: Number(reader.long()),
    ...(broadcast && { originatorReplicaId: reader.string() }),
    tenantID: broadcast ? reader.optionalString() : reader.string(),
    appName: reader.optionalString(),
    appVerName: reader.optionalString(),
    position: Number(header('Tekton-Position')),
    revision: revision ? Number(revision) : undefined,
    messageId: header('Nats-Msg-Id') ?? '',
  };
  if (!reader.isAtEnd) throw new Error('There are bytes after the record');
  return message;
}
