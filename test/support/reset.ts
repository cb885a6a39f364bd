import type { Socket } from 'node:net';

/**
 * Resets a connection, or only ends it where its end is under way already: there resetAndDestroy of Node 20 leaves the handle
 * open, and the process loops when it is to exit.
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
