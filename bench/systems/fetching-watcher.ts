import { connect, type Msg } from '@nats-io/transport-node';
import { Connection } from '../connection.js';
import type { BenchRequest, Watcher } from './system.js';

/** What {@link watchByNats} needs. */
export interface FetchingWatcherOptions {
  natsUrl: string;
  subject: string;
  /** Whether a message is about what is watched. */
  concerns: (message: Msg) => boolean;
  origin: string;
  /** Reads the new value. */
  read: BenchRequest;
  inHand: (text: string) => void;
}

/** A replica of a service: told by NATS, it fetches the new value, each by a connection of its own. */
export async function watchByNats(options: FetchingWatcherOptions): Promise<Watcher> {
  const { natsUrl, subject, concerns, origin, read, inHand } = options;
  const nats = await connect({ servers: natsUrl });
  const connection = new Connection(origin);
  const fetchNew = async (): Promise<void> => {
    const { body } = await connection.send(read);
    inHand(body.toString());
  };
  nats.subscribe(subject, {
    callback: (error, message) => {
      if (error) throw error;
      if (concerns(message)) void fetchNew();
    },
  });
  await nats.flush();
  return {
    stop: async () => {
      await nats.close();
      connection.close();
    },
  };
}
