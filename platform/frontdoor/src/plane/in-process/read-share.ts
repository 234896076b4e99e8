/**
 * Leaves others their turn: a socket on which much comes would be read from 32 times (2 MiB) in one turn of
 * the event loop, and of those who connect one is let in a turn. With fifty large downloads a turn took a
 * quarter of a second, and whoever came then waited for ten. So after 64 KiB a socket rests until the
 * turn's end.
 *
 *     read 64 KiB --> resting --> next turn --> read …       unless its owner has paused it meanwhile
 *
 * PERF: two system calls for 64 KiB; nothing for what is smaller.
 */

import type { Duplex } from "node:stream";

const turnBytesMax = 64 * 1024;

export class ReadShare {
  readonly #socket: Duplex;
  #bytes = 0;
  #isPaused = false;
  #isResting = false;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /** So many bytes have come. */
  took(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < turnBytesMax || this.#isResting || this.#isPaused) return;
    this.#bytes = 0;
    this.#isResting = true;
    this.#socket.pause();
    setImmediate(rested, this);
  }

  /** Until `resume`. */
  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#isResting) this.#socket.resume();
  }

  rested(): void {
    this.#isResting = false;
    if (!this.#isPaused && !this.#socket.destroyed) this.#socket.resume();
  }
}

/** PERF: one function for all, not one a rest. */
function rested(share: ReadShare): void {
  share.rested();
}
