/**
 * Hands to the system together what one turn of the event loop writes to a connection.
 *
 * A peer that sends many requests without waiting is answered many times a turn, and each system call
 * costs more than an answer does. Node's HTTP server cannot cork across answers: each one uncorks the
 * socket when it ends, and the next one is not begun before the one before it is written. So the
 * lowest end of the stream is replaced: a write is taken at once and kept until the turn ends.
 *
 *     response --> Writable's own queue --> kept for the turn --> writev
 *
 * Back-pressure stays: beyond `keptBytesMax`, and while an earlier batch is on its way, a write is
 * finished only when the system has taken it. Refuses nothing; a write that fails destroys the socket.
 */

import type { Socket } from "node:net";

type Done = (error?: Error | null) => void;
type Chunk = { readonly chunk: Uint8Array | string; readonly encoding: BufferEncoding };

/** As much as a socket takes before it says that it is full. */
const keptBytesMax = 64 * 1024;

let unflushed = new Set<TurnWriter>();

/** From now on what is written to `socket` leaves when the turn ends. */
export function collectTurnWrites(socket: Socket): void {
  const writer = new TurnWriter(socket);
  socket._write = (chunk, encoding, done) => writer.write({ chunk, encoding }, done);
  socket._writev = (chunks, done) => writer.writeAll(chunks as Chunk[], done);
  socket._final = (done) => writer.finish(done);
}

/** At once; for who is about to destroy sockets. */
export function flushTurnWrites(): void {
  const writers = unflushed;
  unflushed = new Set();
  for (const writer of writers) writer.flush();
}

class TurnWriter {
  readonly #socket: Socket;
  readonly #writeNow: NonNullable<Socket["_writev"]>;
  readonly #finishNow: Socket["_final"];
  #kept: Chunk[] = [];
  #keptBytes = 0;
  #waiting: Done[] = [];
  #isOnItsWay = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#writeNow = socket._writev as NonNullable<Socket["_writev"]>;
    this.#finishNow = socket._final;
  }

  write(chunk: Chunk, done: Done): void {
    this.#keep(chunk);
    this.#plan(done);
  }

  writeAll(chunks: readonly Chunk[], done: Done): void {
    for (const chunk of chunks) this.#keep(chunk);
    this.#plan(done);
  }

  /** The end of what is written comes after it. */
  finish(done: Done): void {
    const finish = (): void => this.#finishNow.call(this.#socket, done);
    this.flush();
    if (this.#isOnItsWay) this.#waiting.push((error) => (error ? done(error) : finish()));
    else finish();
  }

  flush(): void {
    if (this.#isOnItsWay || this.#kept.length === 0) return;
    const chunks = this.#kept;
    const waiting = this.#waiting;
    this.#kept = [];
    this.#keptBytes = 0;
    this.#waiting = [];
    this.#isOnItsWay = true;
    this.#writeNow.call(this.#socket, chunks, (error) => {
      this.#isOnItsWay = false;
      if (error) this.#socket.destroy(error);
      for (const done of waiting) done(error);
      const later = this.#waiting;
      if (this.#kept.length > 0) this.flush();
      else {
        this.#waiting = [];
        for (const done of later) done(error);
      }
    });
  }

  #keep(chunk: Chunk): void {
    this.#kept.push(chunk);
    this.#keptBytes += chunk.chunk.length;
  }

  #plan(done: Done): void {
    if (this.#isOnItsWay || this.#keptBytes > keptBytesMax) {
      this.#waiting.push(done);
      this.flush();
      return;
    }
    if (unflushed.size === 0) setImmediate(flushTurnWrites);
    unflushed.add(this);
    done();
  }
}
