import { deepEqual, equal } from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { Writable } from "node:stream";
import { test } from "node:test";
import { connectRaw } from "./testing/raw-connection.ts";
import { collectTurnWrites, flushTurnWrites } from "./turn-writes.ts";

type Done = (error?: Error | null) => void;

interface CountingSocket {
  readonly socket: Socket;
  /** What each system call would have carried. */
  readonly calls: string[];
  /** Of a slow one: lets the oldest call end. */
  readonly ends: Done[];
}

/** A socket of which only writing matters. */
function countingSocket({ isSlow = false } = {}): CountingSocket {
  const calls: string[] = [];
  const ends: Done[] = [];
  const stream = new Writable({
    decodeStrings: false,
    writev(chunks, done) {
      calls.push(chunks.map(({ chunk }: { chunk: unknown }) => String(chunk)).join("|"));
      if (isSlow) ends.push(done);
      else done();
    },
    final(done) {
      calls.push("end");
      done();
    },
  });
  const socket = stream as unknown as Socket;
  collectTurnWrites(socket);
  return { socket, calls, ends };
}

const turnEnded = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("collectTurnWrites() lets writes of one turn leave together, each turn's on their own", async () => {
  const { socket, calls } = countingSocket();
  for (const answer of ["a", "b", "c"]) {
    // What Node's HTTP server waits for before it begins the next answer.
    await new Promise((resolve) => socket.write(answer, resolve));
  }
  deepEqual(calls, [], "the turn is not over");
  await turnEnded();
  deepEqual(calls, ["a|b|c"]);
  socket.write("d");
  await turnEnded();
  deepEqual(calls, ["a|b|c", "d"]);
});

test("collectTurnWrites() ends the socket after what was written", async () => {
  const { socket, calls } = countingSocket();
  socket.write("a");
  socket.end("b");
  await once(socket, "finish");
  deepEqual(calls, ["a|b", "end"]);
});

test("collectTurnWrites() ends a slow socket only when it has taken everything", async () => {
  const { socket, calls, ends } = countingSocket({ isSlow: true });
  socket.write("a");
  await turnEnded();
  socket.end("b");
  deepEqual(calls, ["a"]);
  ends[0]?.();
  await turnEnded();
  deepEqual(calls, ["a", "b"]);
  ends[1]?.();
  await once(socket, "finish");
  deepEqual(calls, ["a", "b", "end"]);
});

test("collectTurnWrites() finishes a large write only when the system has taken it", async () => {
  const { socket, calls, ends } = countingSocket({ isSlow: true });
  let isTaken = false;
  socket.write("x".repeat(100_000), () => {
    isTaken = true;
  });
  equal(calls.length, 1, "it does not wait for the turn's end");
  await turnEnded();
  equal(isTaken, false);
  ends[0]?.();
  await turnEnded();
  equal(isTaken, true);
});

test("collectTurnWrites() destroys a socket whose write fails", async () => {
  const { socket, ends } = countingSocket({ isSlow: true });
  socket.write("a");
  await turnEnded();
  const failed = once(socket, "error");
  ends[0]?.(new Error("broken pipe"));
  const [error] = (await failed) as [Error];
  equal(error.message, "broken pipe");
  equal(socket.destroyed, true);
});

test("flushTurnWrites() does at once what the turn's end would, and only once", async () => {
  const { socket, calls } = countingSocket();
  socket.write("a");
  flushTurnWrites();
  deepEqual(calls, ["a"]);
  await turnEnded();
  deepEqual(calls, ["a"]);
});

test("collectTurnWrites() loses nothing of a megabyte on a real socket", async () => {
  const server = createServer((socket) => {
    collectTurnWrites(socket);
    for (let i = 0; i < 1000; i += 1) socket.write(`${i} `.padEnd(1000, "."));
    socket.end("over");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const received = await connectRaw((server.address() as { port: number }).port).ended();
    equal(received.length, 1_000_004);
    equal(received.slice(-4), "over");
  } finally {
    server.close();
  }
});
