/** Cost: two field reads a write; an empty write where a socket backs up below its own mark. */
import type { Socket } from 'node:net';

const nothing = Buffer.alloc(0);

/** Whether a socket has taken all that was written to it; where it has not, it will tell 'drain'. */
export function flows(socket: Socket): boolean {
  if (socket.writableLength === 0) return true;
  // Below the stream's high-water mark it would not tell 'drain': an empty write makes sure of a sign.
  if (!socket.writableNeedDrain) socket.write(nothing, () => socket.emit('drain'));
  return false;
}
