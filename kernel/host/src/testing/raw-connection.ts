/**
 * A bare TCP or Unix socket connection, for tests that care about bytes on the wire.
 */

import { connect, type Socket } from "node:net";

export interface RawConnection {
  write(bytes: string | Uint8Array): void;
  /** Everything received so far (latin1), once `done` says it is enough. Rejects after 5 s, or at the end. */
  until(done: (received: string) => boolean): Promise<string>;
  /** Everything received, once the other side has ended the connection. */
  ended(): Promise<string>;
  readonly socket: Socket;
}

const waitMsMax = 5000;

export function connectRaw(address: number | string): RawConnection {
  const socket = typeof address === "number" ? connect(address, "127.0.0.1") : connect(address);
  let received = "";
  let over = false;
  let wake: () => void = () => {};
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
    wake();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    over = true;
    wake();
  });
  const wait = (done: () => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`waited too long, received: ${received}`)),
        waitMsMax,
      );
      wake = () => {
        if (done()) resolve(received);
        else if (over) reject(new Error(`connection ended, received: ${received}`));
        else return;
        clearTimeout(timer);
      };
      wake();
    });
  return {
    socket,
    write: (bytes) => void socket.write(bytes),
    until: (done) => wait(() => done(received)),
    ended: () => wait(() => over),
  };
}

/** How often `text` occurs. */
export function occurrences(received: string, text: string): number {
  return received.split(text).length - 1;
}
