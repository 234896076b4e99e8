/**
 * What one turn of the event loop writes to a socket, as one write: a head, its body and what ends it
 * are three pieces and one packet.
 *
 * PERF: a small answer is one allocation and one system call; a large one is copied nowhere.
 */

import type { Duplex } from "node:stream";
import { planeLimits } from "./core/plane-limits.ts";

/** Up to here pieces are copied into one; above, the socket is told that they belong together. */
const copiedBytesMax = 32 * 1024;

export class TurnWriter {
  readonly #socket: Duplex;
  readonly #drained: () => void;
  #pieces: (string | Uint8Array)[] = [];
  #bytes = 0;
  #isScheduled = false;
  #isBlocked = false;

  /** `drained`: after a `push` that returned false, when there is room again. */
  constructor(socket: Duplex, drained: () => void) {
    this.#socket = socket;
    this.#drained = drained;
    socket.on("drain", () => this.#hasRoom());
  }

  /** Text is latin1: heads, sizes. False: it is taken, but wait for `drained` with more. */
  push(piece: string | Uint8Array): boolean {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      process.nextTick(flush, this);
    }
    if (this.#bytes >= planeLimits.waitingBytesMax) this.#isBlocked = true;
    return !this.#isBlocked;
  }

  /** Writes what was pushed, now. */
  flush(): void {
    this.#isScheduled = false;
    const pieces = this.#pieces;
    const bytes = this.#bytes;
    if (pieces.length === 0) return;
    this.#pieces = [];
    this.#bytes = 0;
    if (!this.#socket.writable) return;
    if (this.#write(pieces, bytes)) this.#hasRoom();
    else this.#isBlocked = true;
  }

  #hasRoom(): void {
    if (!this.#isBlocked || this.#socket.writableNeedDrain) return;
    this.#isBlocked = false;
    this.#drained();
  }

  #write(pieces: readonly (string | Uint8Array)[], bytes: number): boolean {
    const [first] = pieces;
    if (pieces.length === 1) return writePiece(this.#socket, first as string | Uint8Array);
    if (bytes <= copiedBytesMax) return this.#socket.write(joined(pieces, bytes));
    this.#socket.cork();
    let hasRoom = true;
    for (const piece of pieces) hasRoom = writePiece(this.#socket, piece);
    this.#socket.uncork();
    return hasRoom;
  }
}

/** PERF: one function for all, not one a turn. */
function flush(writer: TurnWriter): void {
  writer.flush();
}

function writePiece(socket: Duplex, piece: string | Uint8Array): boolean {
  return typeof piece === "string" ? socket.write(piece, "latin1") : socket.write(piece);
}

function joined(pieces: readonly (string | Uint8Array)[], bytes: number): Buffer {
  const whole = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const piece of pieces) {
    if (typeof piece === "string") whole.write(piece, at, "latin1");
    else whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
