import type { FastifyRequest } from 'fastify';

/** Does something that is of no use to anybody once the caller is gone, which `gone` then tells. */
export async function whileConnected<Result>(
  { raw: { socket } }: FastifyRequest,
  work: (gone: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const departure = new AbortController();
  const leave = () => {
    departure.abort();
  };
  // Not the answer: where requests are sent one after the other without waiting, those behind the
  // first have no connection of their own to tell them. And there may be many of them.
  socket.setMaxListeners(0);
  socket.once('close', leave);
  if (socket.destroyed) leave();
  try {
    return await work(departure.signal);
  } finally {
    socket.off('close', leave);
  }
}
