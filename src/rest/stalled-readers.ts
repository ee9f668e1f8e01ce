import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How often it is looked how far the readers have come. */
const ROUND_MS = 1000;

/** Node's own count of a connection, which its types do not show. */
type CountedSocket = Socket & {
  readonly _handle?: {
    /** All that it was given to send. */
    readonly bytesWritten: number;
    /** What the operating system has not taken of that. */
    readonly writeQueueSize: number;
  } | null;
};

interface Reader {
  taken: number;
  /** For how many rounds it has taken nothing, though there was something to take. */
  idleRounds: number;
}

/**
 * Closes connections whose other end takes nothing of what waits to be sent, whatever that is and
 * whatever else comes from there. Time in which nothing waits does not count.
 *
 * One look at all connections a second rather than a timer for each: requests cost nothing more, and
 * a process that was suspended, or busy for long, looks again before it takes that for a stall.
 */
export function cutOffStalled(server: Server, stallTimeoutMs: number): void {
  const readers = new Map<CountedSocket, Reader>();
  server.on('connection', (socket: Socket) => {
    readers.set(socket, { taken: 0, idleRounds: 0 });
    socket.once('close', () => readers.delete(socket));
  });
  const roundsAllowed = stallTimeoutMs / ROUND_MS;
  const rounds = setInterval(() => {
    for (const [socket, reader] of readers) {
      if (idleRoundsOf(socket, reader) > roundsAllowed) socket.destroy();
    }
  }, ROUND_MS).unref();
  server.once('close', () => {
    clearInterval(rounds);
  });
}

function idleRoundsOf({ _handle, writableEnded }: CountedSocket, reader: Reader): number {
  const { bytesWritten = 0, writeQueueSize = 0 } = _handle ?? {};
  const taken = bytesWritten - writeQueueSize;
  // Who was told that the connection ends is to close it too.
  const isDue = writeQueueSize > 0 || writableEnded;
  reader.idleRounds = isDue && taken === reader.taken ? reader.idleRounds + 1 : 0;
  reader.taken = taken;
  return reader.idleRounds;
}
