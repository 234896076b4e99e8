/** Sending to peers: order, at most once, and being told of their end; real sockets on loopback. */

import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import type { LibprocessMessage, Upid } from "@tavola/protocol";
import { type Endpoint, type EndpointOptions, openEndpoint } from "./endpoint.ts";
import { silentLogger } from "./logger.ts";
import { waitUntil } from "./testing/wait-until.ts";

interface Member {
  readonly endpoint: Endpoint;
  readonly received: LibprocessMessage[];
  upid(id: string): Upid;
}

async function join(context: TestContext, options: Partial<EndpointOptions> = {}): Promise<Member> {
  const received: LibprocessMessage[] = [];
  const endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    logger: silentLogger,
    onRequest: () => ({ status: 404 }),
    onMessage: (message) => {
      received.push(message);
      return "accepted";
    },
    ...options,
  });
  context.after(() => endpoint.close());
  return { endpoint, received, upid: (id) => ({ id, host: endpoint.ip, port: endpoint.port }) };
}

/** A server that never answers; tells its connections. */
async function deafServer(
  context: TestContext,
): Promise<{ readonly upid: Upid; readonly sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on("error", () => {});
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { upid: { id: "deaf", host: "127.0.0.1", port }, sockets };
}

test("send() delivers in order, with who sent it, to whom, and the body", async (context) => {
  const [a, b] = [await join(context), await join(context)];
  for (let i = 0; i < 5000; i += 1) {
    a.endpoint.messenger.send("slave(1)", b.upid("master"), "tavola.Test", Buffer.from(String(i)));
  }
  await waitUntil(() => b.received.length === 5000, "all messages");
  const bodies = b.received.map(({ body }) => Number(Buffer.from(body).toString()));
  assert.deepEqual(
    bodies,
    Array.from({ length: 5000 }, (_, i) => i),
  );
  const { from, to, name } = b.received[0] ?? {};
  assert.deepEqual(
    { from, to, name },
    { from: `slave(1)@127.0.0.1:${a.endpoint.port}`, to: "master", name: "tavola.Test" },
  );
});

test("send() reuses one connection and goes on after thousands of replies", async (context) => {
  const [a, b] = [await join(context), await join(context)];
  for (let round = 1; round <= 50; round += 1) {
    for (let i = 0; i < 500; i += 1) {
      a.endpoint.messenger.send("a", b.upid("b"), "tavola.Test", new Uint8Array(0));
    }
    await waitUntil(() => b.received.length === round * 500, `round ${round}`);
  }
});

test("send() to our own address is delivered, but never before send() returns", async (context) => {
  const a = await join(context);
  a.endpoint.messenger.send("x", a.upid("y"), "tavola.One", Buffer.from("1"));
  a.endpoint.messenger.send("x", a.upid("y"), "tavola.Two", Buffer.from("2"));
  assert.equal(a.received.length, 0);
  await Promise.resolve();
  assert.equal(a.received.length, 0);
  await waitUntil(() => a.received.length === 2, "both messages");
  assert.deepEqual(
    a.received.map(({ from, to, name }) => [from, to, name]),
    [
      [`x@127.0.0.1:${a.endpoint.port}`, "y", "tavola.One"],
      [`x@127.0.0.1:${a.endpoint.port}`, "y", "tavola.Two"],
    ],
  );
});

test("a message sent from within a delivery to ourselves is delivered too", async (context) => {
  const names: string[] = [];
  const a = await join(context, {
    onMessage: (message) => {
      names.push(message.name);
      if (message.name === "first") {
        a.endpoint.messenger.send("x", a.upid("y"), "second", new Uint8Array(0));
        assert.deepEqual(names, ["first"]);
      }
      return "accepted";
    },
  });
  a.endpoint.messenger.send("x", a.upid("y"), "first", new Uint8Array(0));
  await waitUntil(() => names.length === 2, "both messages");
});

test("link() tells once when the peer goes away, and a later message connects anew", async (context) => {
  const a = await join(context);
  const first = await join(context);
  const port = first.endpoint.port;
  let exits = 0;
  a.endpoint.messenger.link(first.upid("slave(1)"), () => {
    exits += 1;
  });
  a.endpoint.messenger.send("master", first.upid("slave(1)"), "tavola.Ping", new Uint8Array(0));
  await waitUntil(() => first.received.length === 1, "the first message");
  assert.equal(exits, 0);
  await first.endpoint.close();
  await waitUntil(() => exits === 1, "the exit");
  const second = await join(context, { port });
  a.endpoint.messenger.send("master", second.upid("slave(1)"), "tavola.Ping", new Uint8Array(0));
  await waitUntil(() => second.received.length === 1, "a message to the new process");
  await second.endpoint.close();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(exits, 1);
});

test("link() tells once when no connection can be made, never synchronously", async (context) => {
  const a = await join(context);
  const gone = await join(context);
  await gone.endpoint.close();
  let exits = 0;
  for (const id of ["x", "y"]) {
    a.endpoint.messenger.link(gone.upid(id), () => {
      exits += 1;
    });
  }
  assert.equal(exits, 0);
  await waitUntil(() => exits === 2, "both exits");
});

test("a link that was undone is told nothing", async (context) => {
  const [a, b] = [await join(context), await join(context)];
  const exits: string[] = [];
  const unlink = a.endpoint.messenger.link(b.upid("x"), () => exits.push("undone"));
  a.endpoint.messenger.link(b.upid("x"), () => exits.push("kept"));
  unlink();
  await b.endpoint.close();
  await waitUntil(() => exits.length > 0, "the exit");
  assert.deepEqual(exits, ["kept"]);
});

test("one who is told of an exit may link again at once", async (context) => {
  const a = await join(context);
  const gone = await join(context);
  await gone.endpoint.close();
  const exits: number[] = [];
  a.endpoint.messenger.link(gone.upid("x"), () => {
    exits.push(1);
    a.endpoint.messenger.link(gone.upid("x"), () => exits.push(2));
  });
  await waitUntil(() => exits.length === 2, "the second exit");
});

test("a peer that takes nothing is given up when too much is queued for it", async (context) => {
  const a = await join(context, { messageQueueBytesMax: 100_000 });
  const deaf = await deafServer(context);
  let exits = 0;
  a.endpoint.messenger.link(deaf.upid, () => {
    exits += 1;
  });
  await waitUntil(() => deaf.sockets.length === 1, "the connection");
  const body = Buffer.alloc(50_000);
  for (let i = 0; i < 1000 && exits === 0; i += 1) {
    a.endpoint.messenger.send("a", deaf.upid, "tavola.Big", body);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(exits, 1);
});

test("a queue that outgrows its limit before the connection is made is given up too", async (context) => {
  const a = await join(context, { messageQueueBytesMax: 100_000 });
  const deaf = await deafServer(context);
  let exits = 0;
  a.endpoint.messenger.link(deaf.upid, () => {
    exits += 1;
  });
  for (let i = 0; i < 3; i += 1) {
    a.endpoint.messenger.send("a", deaf.upid, "tavola.Big", Buffer.alloc(50_000));
  }
  assert.equal(exits, 1);
});

test("two endpoints send to each other over connections of their own", async (context) => {
  const [a, b] = [await join(context), await join(context)];
  a.endpoint.messenger.send("a", b.upid("b"), "tavola.Ping", new Uint8Array(0));
  await waitUntil(() => b.received.length === 1, "the ping");
  b.endpoint.messenger.send("b", a.upid("a"), "tavola.Pong", new Uint8Array(0));
  await waitUntil(() => a.received.length === 1, "the pong");
});
