import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node';

/** Hears all messages as they are, and can send the last one once more, or others. */
export class RawNats {
  private readonly heard: Msg[] = [];

  private constructor(private readonly connection: NatsConnection) {}

  static async connect(url: string): Promise<RawNats> {
    const raw = new RawNats(await connect({ servers: url }));
    raw.connection.subscribe('kaa.>', {
      callback: (error, message) => {
        if (error) throw error;
        raw.heard.push(message);
      },
    });
    await raw.connection.flush();
    return raw;
  }

  /** Sends the last message once more, under this position or as it was. */
  async repeatLast(position?: number): Promise<void> {
    const last = this.heard.at(-1);
    if (last === undefined) throw new Error('Nothing was heard yet');
    const { subject, data, headers } = last;
    if (position !== undefined) headers?.set('Tekton-Position', `${position}`);
    this.connection.publish(subject, data, headers && { headers });
    await this.connection.flush();
  }

  async publish(subject: string, payload: string): Promise<void> {
    this.connection.publish(subject, payload);
    await this.connection.flush();
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
