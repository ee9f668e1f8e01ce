import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { TektonError } from '../errors/tekton-error.js';

/** Connections that have a call under way here. */
const busy = new WeakSet<Socket>();

/**
 * Does something that is of no use to anybody once the caller is gone, which `gone` then tells. One
 * at a time for a connection: of requests that are sent one after the other without waiting, all
 * would be kept here until the first is answered.
 *
 * @throws {TektonError} UNAVAILABLE if one is under way on the connection
 */
export async function whileConnected<Result>(
  { raw: { socket } }: FastifyRequest,
  work: (gone: AbortSignal) => Promise<Result>,
): Promise<Result> {
  if (busy.has(socket)) {
    throw new TektonError(
      'UNAVAILABLE',
      'A call waits on this connection already; send the next when it is answered, or on another connection',
      { headers: { 'retry-after': '1' } },
    );
  }
  busy.add(socket);
  const departure = new AbortController();
  const leave = () => {
    departure.abort();
  };
  socket.once('close', leave);
  if (socket.destroyed) leave();
  try {
    return await work(departure.signal);
  } finally {
    busy.delete(socket);
    socket.off('close', leave);
  }
}
