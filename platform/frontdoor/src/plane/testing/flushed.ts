/** How a test sees that nobody takes what it writes. */

import type { Socket } from "node:net";

/** Whether a piece got out of this process; no, when it has not for so long that nobody takes it. */
export async function flushed(
  socket: { write(bytes: Buffer, done: () => void): boolean },
  piece: Buffer,
): Promise<boolean> {
  let isOut = false;
  socket.write(piece, () => {
    isOut = true;
  });
  for (let looks = 0; looks < 300 && !isOut; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return isOut;
}

/** An instance's answer of 64 MiB, and how far it came. */
export function muchToRead() {
  const piece = Buffer.alloc(1024 * 1024, "x");
  const pieces = 64;
  let sent = 0;
  let isStopped = false;
  return {
    answer(_seen: unknown, socket: Socket): void {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${pieces * piece.length}\r\n\r\n`);
      void (async () => {
        while (sent < pieces && (await flushed(socket, piece))) sent += 1;
        isStopped = sent < pieces;
      })();
    },
    /** Whether nobody took the rest; undefined: it goes on. */
    isStopped: (): boolean | undefined => (isStopped || sent === pieces ? isStopped : undefined),
  };
}
