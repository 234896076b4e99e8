import { deepEqual, equal } from "node:assert/strict";
import type { Socket } from "node:net";
import { Writable } from "node:stream";
import { test } from "node:test";
import { afterTurnWrites, corkForTurn, flushTurnWrites } from "./turn-cork.ts";

/** A socket of which only writing matters: remembers what each system call would have carried. */
function countingSocket(): { readonly socket: Socket; readonly calls: string[] } {
  const calls: string[] = [];
  const text = ({ chunk }: { chunk: Buffer }): string => chunk.toString();
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      calls.push(chunk.toString());
      done();
    },
    writev(chunks, done) {
      calls.push(chunks.map(text).join("|"));
      done();
    },
  });
  return { socket: stream as unknown as Socket, calls };
}

const turnEnded = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("corkForTurn() lets writes of one turn leave together, each turn's on their own", async () => {
  const { socket, calls } = countingSocket();
  for (const answer of ["a", "b", "c"]) {
    corkForTurn(socket);
    socket.write(answer);
    await undefined;
  }
  deepEqual(calls, [], "the turn is not over");
  await turnEnded();
  deepEqual(calls, ["a|b|c"]);
  corkForTurn(socket);
  socket.write("d");
  await turnEnded();
  deepEqual(calls, ["a|b|c", "d"]);
});

test("afterTurnWrites() runs when the turn's writes were handed over", async () => {
  const { socket, calls } = countingSocket();
  const seen: number[] = [];
  corkForTurn(socket);
  socket.write("a");
  afterTurnWrites(() => seen.push(calls.length));
  await turnEnded();
  deepEqual(seen, [1]);
});

test("flushTurnWrites() does at once what the turn's end would, and only once", async () => {
  const { socket, calls } = countingSocket();
  corkForTurn(socket);
  socket.write("a");
  flushTurnWrites();
  deepEqual(calls, ["a"]);
  equal(socket.writableCorked, 0);
  await turnEnded();
  equal(socket.writableCorked, 0);
});
