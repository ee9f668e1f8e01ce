import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What is to be done when a connection is closed: one listener for all requests that came on it. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls back once an answer is sent, or its connection is gone. Node.js itself tells neither of an
 * answer whose turn has not come: of requests that are sent one after the other without waiting, that
 * of the first alone hears that the connection was closed.
 */
export function whenGone(response: ServerResponse, socket: Socket, callback: () => void): void {
  const all = waiting.get(socket) ?? listenTo(socket);
  const once = () => {
    if (all.delete(once)) callback();
  };
  all.add(once);
  response.once('close', once);
  // What is closed already is told by nobody any more.
  if (socket.destroyed) once();
}

function listenTo(socket: Socket): Set<() => void> {
  const all = new Set<() => void>();
  waiting.set(socket, all);
  socket.once('close', () => {
    for (const callback of all) callback();
  });
  return all;
}
