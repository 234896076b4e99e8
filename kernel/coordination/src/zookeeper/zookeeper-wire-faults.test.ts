/** What becomes of calls and of the session when a server answers wrongly, late or not at all. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { CodedError } from "@tavola/base";
import { silentLogger } from "@tavola/host";
import type { Coordination } from "../coordination.ts";
import { eventually, withCode } from "../testing/contract.ts";
import {
  answerWell,
  connectReplyFrame,
  replyFrame,
  type ScriptedServer,
  startScriptedServer,
} from "./testing/scripted-server.ts";
import { reaches } from "./testing/zookeeper-clients.ts";
import { openZooKeeper } from "./zookeeper-coordination.ts";

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function scripted(port = 0): Promise<ScriptedServer> {
  const server = await startScriptedServer(port);
  opened.push(server);
  return server;
}

function open(ports: readonly number[], user?: string): Coordination {
  const store = openZooKeeper(
    {
      scheme: "zk",
      servers: ports.map((port) => ({ host: "localhost", port })),
      credentials: user === undefined ? undefined : { user, password: "secret" },
      path: "/mesos",
      file: undefined,
    },
    { sessionTimeoutMs: 600, logger: silentLogger },
  );
  opened.push(store);
  return store;
}

const writing = [{ kind: "set", path: "/a", value: new Uint8Array() }] as const;
const opcodes = { multi: 14, ping: 11, sync: 9, getData: 4, auth: 100 };

test("a connection that breaks leaves a write open and a read undone, and is made again", async () => {
  const server = await scripted();
  const store = open([server.port]);
  await reaches(store, "connected");
  server.onCall = (socket, xid, opcode) => {
    if (opcode === opcodes.multi) socket.destroy();
    else if (opcode !== opcodes.sync && opcode !== opcodes.getData) answerWell(socket, xid, opcode);
  };
  const reading = assert.rejects(store.get("/a"), withCode("UNAVAILABLE"));
  const write = assert.rejects(store.transact(writing), withCode("OUTCOME_UNKNOWN"));
  await Promise.all([reading, write]);
  assert.equal(store.session.state, "suspended");
  await assert.rejects(store.transact(writing), withCode("UNAVAILABLE"));
  await reaches(store, "connected");
  assert.equal(server.connections, 2);
});

const malformed: readonly (readonly [string, (xid: number) => Uint8Array])[] = [
  ["a frame longer than any", () => Buffer.from([0x7f, 0xff, 0xff, 0xff, 0])],
  ["a frame of negative length", () => Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ["a header cut short", () => Buffer.from([0, 0, 0, 2, 0, 0])],
  ["an answer to another call", (xid) => replyFrame(xid + 1)],
  ["an answer cut short", (xid) => replyFrame(xid)],
  [
    "results of a kind that there is not",
    (xid) => replyFrame(xid, 0, (to) => to.int(9).bool(false).int(0)),
  ],
];

for (const [what, frameOf] of malformed) {
  test(`a server that sends ${what} is left, the write stays open`, async () => {
    const server = await scripted();
    const store = open([server.port]);
    await reaches(store, "connected");
    server.onCall = (socket, xid, opcode) => {
      if (opcode === opcodes.multi) socket.write(frameOf(xid));
      else answerWell(socket, xid, opcode);
    };
    await assert.rejects(
      store.transact(writing),
      (error) =>
        withCode("OUTCOME_UNKNOWN")(error) && /no answer of ZooKeeper's/.test(String(error)),
    );
    await reaches(store, "connected");
    assert.equal(server.connections, 2);
  });
}

test("a server that says nothing is left for another within the session", async () => {
  const [silent, good] = [await scripted(), await scripted()];
  const store = open([silent.port, good.port]);
  await reaches(store, "connected");
  const [first, second] = silent.connections > 0 ? [silent, good] : [good, silent];
  const states: string[] = [];
  store.session.watch((state) => states.push(state));
  first.onCall = () => undefined;
  await eventually("the other server", () => second.connections > 0);
  await reaches(store, "connected");
  assert.deepEqual(states, ["suspended", "connected"]);
  assert.equal(store.session.isAlive(), true);
});

test("a session that its servers have forgotten is over, with all that waited", async () => {
  const server = await scripted();
  const store = open([server.port]);
  await reaches(store, "connected");
  server.onCall = (socket, xid, opcode) => {
    if (opcode === 0) socket.write(connectReplyFrame(0));
    else if (opcode === opcodes.multi) socket.destroy();
    else if (opcode !== 1) answerWell(socket, xid, opcode);
  };
  const join = store.join("/group", "m_", new Uint8Array());
  const write = store.transact(writing);
  await assert.rejects(write, withCode("OUTCOME_UNKNOWN"));
  await assert.rejects(join, withCode("SESSION_EXPIRED"));
  assert.equal(store.session.state, "expired");
  assert.equal(store.session.isAlive(), false);
  await assert.rejects(store.get("/a"), withCode("SESSION_EXPIRED"));
  const connections = server.connections;
  await store.close();
  assert.equal(server.connections, connections);
});

test("a call refused because the session moved breaks the connection, and is not done", async () => {
  const server = await scripted();
  const store = open([server.port]);
  await reaches(store, "connected");
  server.onCall = (socket, xid, opcode) => {
    if (opcode === opcodes.multi) socket.write(replyFrame(xid, -118));
    else answerWell(socket, xid, opcode);
  };
  await assert.rejects(store.transact(writing), withCode("UNAVAILABLE"));
  await eventually("another connection", () => server.connections === 2);
});

test("a password that is refused is said at once, and does not mend by waiting", async () => {
  const server = await scripted();
  server.onCall = (socket, xid, opcode) => {
    if (opcode === opcodes.auth) socket.end(replyFrame(xid, -115));
    else answerWell(socket, xid, opcode);
  };
  const store = open([server.port], "joe");
  await eventually("the refusal", () => store.session.trouble?.code === "UNAUTHORIZED");
  assert.equal(store.session.state, "suspended");
  assert.equal(store.session.trouble?.transient, false);
  assert.match(store.session.trouble?.message ?? "", /does not accept .* \(user "joe"\)/);
  await assert.rejects(store.get("/a"), withCode("UNAUTHORIZED"));
});

test("servers that are not there are named with what is wrong, and tried until one comes", async () => {
  const gone = await startScriptedServer();
  await gone.close();
  const store = open([gone.port]);
  await eventually("a reason", () => store.session.trouble !== undefined);
  const trouble = store.session.trouble;
  assert.ok(trouble instanceof CodedError);
  assert.equal(trouble.code, "UNAVAILABLE");
  assert.equal(trouble.transient, true);
  assert.match(trouble.message, new RegExp(`localhost:${gone.port}: .*ECONNREFUSED`));
  await assert.rejects(store.get("/a"), withCode("UNAVAILABLE"));
  await scripted(gone.port);
  await reaches(store, "connected");
  assert.equal(store.session.trouble, undefined);
});

test("servers that all take long to answer are given longer, and reached", async () => {
  // Of the session's 600 ms, the first try has 300 at each.
  const servers = [await scripted(), await scripted()];
  const late: NodeJS.Timeout[] = [];
  for (const server of servers) {
    server.onCall = (socket, xid, opcode) => {
      if (opcode !== 0) answerWell(socket, xid, opcode);
      else late.push(setTimeout(() => socket.destroyed || answerWell(socket, xid, opcode), 450));
    };
  }
  const store = open(servers.map(({ port }) => port));
  await reaches(store, "connected");
  const tries = servers.reduce((sum, { connections }) => sum + connections, 0);
  assert.ok(tries > 2, `reached at try ${tries}`);
  for (const timer of late) clearTimeout(timer);
});

test("a name that nobody knows is said so", async () => {
  const store = openZooKeeper(
    {
      scheme: "zk",
      servers: [{ host: "no-such-host.invalid", port: 1 }],
      credentials: undefined,
      path: "/mesos",
      file: undefined,
    },
    { sessionTimeoutMs: 600, logger: silentLogger },
  );
  opened.push(store);
  await eventually("a reason", () => store.session.trouble !== undefined);
  assert.match(store.session.trouble?.message ?? "", /no-such-host\.invalid:1: /);
});

test("more calls than it holds are refused, not sent; those on their way are answered", async () => {
  const server = await scripted();
  const waiting: (() => void)[] = [];
  const store = open([server.port]);
  server.onCall = (socket, xid, opcode) => {
    // A long session: what is slow here is to be no silence.
    if (opcode === 0) socket.write(connectReplyFrame(30_000));
    else answerWell(socket, xid, opcode);
  };
  await reaches(store, "connected");
  server.onCall = (socket, xid, opcode) => {
    const answer = (): void => answerWell(socket, xid, opcode);
    if (opcode === opcodes.sync) waiting.push(answer);
    else answer();
  };
  const calls = Array.from({ length: 20_001 }, () => store.transact([]));
  await assert.rejects(calls.at(-1) ?? Promise.resolve(), withCode("UNAVAILABLE"));
  await eventually("all to arrive", () => waiting.length === 20_000);
  for (const answer of waiting) answer();
  await Promise.all(calls.slice(0, -1));
});

test("closing while it cannot connect ends all that waits", async () => {
  const gone = await startScriptedServer();
  await gone.close();
  const store = open([gone.port]);
  await eventually("a reason", () => store.session.trouble !== undefined);
  await store.close();
  assert.equal(store.session.state, "expired");
  await assert.rejects(store.get("/a"), withCode("CLOSED"));
});
