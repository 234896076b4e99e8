/** The backend on real servers that are killed, stopped, cut off and come back. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { silentLogger } from "@tavola/host";
import {
  askZooKeeper,
  type Ensemble,
  findZooKeeper,
  startZooKeeper,
  type TestServer,
} from "@tavola/test-servers";
import type { Coordination, SessionState } from "../coordination.ts";
import { bytes, done, eventually, withCode } from "../testing/contract.ts";
import { startTcpProxy, type TcpProxy } from "./testing/tcp-proxy.ts";
import { connectedZooKeeper, reaches, zooKeeperOf } from "./testing/zookeeper-clients.ts";
import { openZooKeeper, ZooKeeperCoordination } from "./zookeeper-coordination.ts";

const missing = findZooKeeper().error;
const options = { skip: missing ?? false, timeout: 120_000 };
const session = { sessionTimeoutMs: 2_000, logger: silentLogger };
let ensemble: Ensemble;
const opened: { close(): Promise<unknown> }[] = [];

before(async () => {
  if (missing === undefined) ensemble = await startZooKeeper({ count: 3 });
});
after(() => ensemble?.close());
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
  for (const server of ensemble.servers) {
    server.cont();
    if (!server.isRunning) await server.restart();
  }
  await ensemble.untilServing();
});

async function connected(sessionTimeoutMs = session.sessionTimeoutMs): Promise<Coordination> {
  const store = await connectedZooKeeper(ensemble, { ...session, sessionTimeoutMs });
  opened.push(store);
  return store;
}

function statesOf(store: Coordination): SessionState[] {
  const states: SessionState[] = [];
  store.session.watch((state) => states.push(state));
  return states;
}

/** The server that the client is connected to. */
async function serverOf(store: Coordination): Promise<TestServer> {
  assert.ok(store instanceof ZooKeeperCoordination);
  const sid = `sid=0x${store.ticket.id.toString(16)}`;
  for (const server of ensemble.servers) {
    if ((await askZooKeeper(server.address, server.port, "cons")).includes(sid)) return server;
  }
  throw new Error(`no server has a connection of ${sid}`);
}

async function leaderOf(): Promise<TestServer> {
  for (const server of ensemble.servers) {
    const answer = await askZooKeeper(server.address, server.port, "srvr");
    if (answer.includes("Mode: leader")) return server;
  }
  throw new Error("no server leads");
}

/** Connected through a wire of its own, to the first server. */
async function wired(): Promise<{ store: Coordination; wire: TcpProxy }> {
  const [server] = ensemble.servers;
  assert.ok(server);
  const wire = await startTcpProxy(server.address, server.port);
  opened.push(wire);
  const servers = [{ host: "127.0.0.1", port: wire.port }];
  const url = {
    scheme: "zk",
    servers,
    credentials: undefined,
    path: "/m",
    file: undefined,
  } as const;
  const store = openZooKeeper(url, session);
  opened.push(store);
  await reaches(store, "connected");
  return { store, wire };
}

test(
  "a killed server: the session goes on at another, its member stays, watches are told again",
  options,
  async () => {
    const [store, other] = [await connected(), await connected()];
    const member = await store.join("/killed", "m_", bytes("a"));
    let told = 0;
    store.watch("/killed", () => {
      told += 1;
    });
    await store.get("/killed");
    const states = statesOf(store);
    await (await serverOf(store)).kill();
    await eventually("connected again", () => states.at(-1) === "connected");
    assert.deepEqual(states, ["suspended", "connected"]);
    assert.equal(store.session.isAlive(), true);
    await reaches(other, "connected");
    await eventually("its member", async () => {
      const names = await other.children("/killed").catch((): readonly string[] => []);
      return names.includes(member.name);
    });
    await eventually("the watch to be told", () => told > 0);
    const before = told;
    await done(other, { kind: "create", path: "/killed/x", value: bytes("") });
    await eventually("the watch to hold at the other server", () => told > before);
  },
);

test(
  "under load while a server is killed every acknowledged write is there, in order",
  options,
  async () => {
    // Only the kill is to break anything: a busy machine's servers may take seconds for 4,000 writes.
    const store = await connected(30_000);
    await done(store, { kind: "create", path: "/load", value: bytes("") });
    const writes = 4_000;
    const acknowledged: number[] = [];
    const codes = new Map<string, number>();
    const server = await serverOf(store);
    let killed: Promise<void> | undefined;
    await Promise.all(
      Array.from({ length: writes }, async (_, at) => {
        const path = `/load/${at}`;
        try {
          await done(store, { kind: "create", path, value: Buffer.alloc(200) });
          acknowledged.push(at);
          if (acknowledged.length === 300) killed = server.kill();
        } catch (error) {
          const { code = "other" } = error as { code?: string };
          codes.set(code, (codes.get(code) ?? 0) + 1);
        }
      }),
    );
    await killed;
    assert.ok(acknowledged.length >= 300 && acknowledged.length < writes, `${acknowledged.length}`);
    assert.deepEqual([...codes.keys()], ["OUTCOME_UNKNOWN"]);
    let names: readonly string[] = [];
    await eventually("an answer", async () => {
      await reaches(store, "connected");
      names = await store.children("/load").catch(() => []);
      return names.length > 0;
    });
    const there = new Set(names);
    assert.deepEqual(
      acknowledged.filter((at) => !there.has(String(at))),
      [],
    );
    // What went over one connection was taken in order: those there are the first so many.
    assert.equal(Math.max(...[...there].map(Number)), there.size - 1);
    // Where the leader was killed, the servers may lose one another once more before they have settled.
    let tries = 0;
    await eventually("a thousand more writes", async () => {
      tries += 1;
      const paths = Array.from({ length: 1_000 }, (_, at) => `/load/again-${tries}-${at}`);
      const written = await Promise.allSettled(
        paths.map((path) => done(store, { kind: "create", path, value: bytes("") })),
      );
      const refused = written.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
      for (const error of refused) assert.equal(error.transient, true, String(error));
      return refused.length === 0;
    });
  },
);

test(
  "a join whose answer was lost leaves one member, and that is the one answered with",
  options,
  async () => {
    const { store, wire } = await wired();
    const other = await connected();
    const first = await store.join("/lost", "m_", bytes("a"));
    wire.onRequest = (piece) => {
      if (!piece.includes("/lost/m_")) return;
      wire.passes.answers = false;
    };
    const join = store.join("/lost", "m_", bytes("b"));
    await eventually("the member to be made", async () => {
      return (await other.children("/lost")).length === 2;
    });
    wire.onRequest = () => undefined;
    wire.cut();
    wire.passes.answers = true;
    const second = await join;
    assert.deepEqual(await other.children("/lost"), [first.name, second.name]);
    assert.deepEqual((await other.get(`/lost/${second.name}`))?.value, new Uint8Array(bytes("b")));
  },
);

test("a join whose request was lost is made once more", options, async () => {
  const { store, wire } = await wired();
  let asked = 0;
  wire.onRequest = (piece) => {
    if (!piece.includes("/unsent/m_")) return;
    asked += 1;
    if (asked === 1) wire.cut();
  };
  await done(store, { kind: "create", path: "/unsent", value: bytes("") });
  wire.passes.requests = true;
  const member = await store.join("/unsent", "m_", bytes("a"));
  assert.deepEqual(await store.children("/unsent"), [member.name]);
});

test(
  "a client cut off for longer than its session is not alive, then learns that it is over",
  options,
  async () => {
    const { store, wire } = await wired();
    const other = await connected();
    await store.join("/cut", "m_", bytes("a"));
    wire.passes.requests = false;
    wire.passes.answers = false;
    const cutAt = performance.now();
    let gone = false;
    other.watch("/cut", () => {
      // At the moment at which others see it gone, it must know already that it may be.
      void other.children("/cut").then((names) => {
        if (names.length === 0 && !gone) {
          gone = true;
          assert.equal(store.session.isAlive(), false);
        }
      });
    });
    await eventually("suspended", () => store.session.state === "suspended");
    await eventually("not alive", () => !store.session.isAlive());
    assert.ok(performance.now() - cutAt <= store.session.timeoutMs, "not alive within the timeout");
    await eventually("the member to be gone", () => gone);
    wire.cut();
    wire.passes.requests = true;
    wire.passes.answers = true;
    await reaches(store, "expired");
    await assert.rejects(store.children("/cut"), withCode("SESSION_EXPIRED"));
  },
);

test(
  "a process that stood still for too long knows at once, before it hears anything",
  options,
  async () => {
    const store = await connected();
    await store.join("/still", "m_", bytes("a"));
    assert.equal(store.session.isAlive(), true);
    // As SIGSTOP and SIGCONT: nothing of this process runs meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, session.sessionTimeoutMs + 700);
    assert.equal(store.session.state, "connected");
    assert.equal(store.session.isAlive(), false);
    await reaches(store, "expired");
    const later = await connected();
    assert.deepEqual(await later.children("/still"), []);
  },
);

test(
  "servers that all go and come back find the session and its member still there",
  options,
  async () => {
    const store = await connected();
    const member = await store.join("/all", "m_", bytes("a"));
    const states = statesOf(store);
    await Promise.all(ensemble.servers.map((server) => server.kill()));
    await eventually("suspended", () => states.at(-1) === "suspended");
    await assert.rejects(store.get("/all"), withCode("UNAVAILABLE"));
    await eventually("not alive", () => !store.session.isAlive());
    await Promise.all(ensemble.servers.map((server) => server.restart()));
    await ensemble.untilServing();
    await eventually("connected again", () => states.at(-1) === "connected");
    assert.equal(store.session.isAlive(), true);
    assert.deepEqual(await store.children("/all"), [member.name]);
  },
);

test(
  "a stopped server is left so early that a leader by its session never has to stop",
  options,
  async () => {
    // Not the leader: without it the whole ensemble would stand still, which no client can mend.
    const leader = await leaderOf();
    const followers = ensemble.servers.filter((server) => server !== leader);
    const store = await connectedZooKeeper(
      { ...ensemble, servers: followers },
      { ...session, sessionTimeoutMs: 5_000 },
    );
    opened.push(store);
    await store.join("/stopped", "m_", bytes("a"));
    const silent = await serverOf(store);
    const states = statesOf(store);
    silent.stop();
    await eventually("another server", () => {
      assert.equal(store.session.isAlive(), true);
      return states.at(-1) === "connected";
    });
    assert.deepEqual(states, ["suspended", "connected"]);
  },
);

test("a follower that lost its leader proves nothing to who leads by it", options, async () => {
  const leader = await leaderOf();
  const follower = ensemble.servers.find((server) => server !== leader);
  assert.ok(follower);
  const alone = { ...ensemble, servers: [follower] };
  const [leads, looksOn] = [
    await connectedZooKeeper(alone, session),
    await connectedZooKeeper(alone, session),
  ];
  opened.push(leads, looksOn);
  await leads.join("/fooled", "m_", bytes("a"));
  const states = statesOf(looksOn);
  leader.stop();
  const stoppedAt = performance.now();
  await eventually("not alive", () => !leads.session.isAlive());
  assert.ok(performance.now() - stoppedAt <= leads.session.timeoutMs);
  // The control: the same follower answers who asks only whether it is there.
  assert.deepEqual(states, []);
  assert.equal(looksOn.session.isAlive(), true);
});

test("who asks one server sees at once what was written at another", options, async () => {
  const stores = await Promise.all(
    ensemble.servers.map((server) =>
      connectedZooKeeper({ ...ensemble, servers: [server] }, session),
    ),
  );
  opened.push(...stores);
  const [writer] = stores;
  assert.ok(writer);
  await done(writer, { kind: "create", path: "/fresh", value: bytes("0") });
  for (let version = 1; version <= 50; version += 1) {
    await done(writer, { kind: "set", path: "/fresh", value: bytes(String(version)) });
    for (const store of stores) assert.equal((await store.get("/fresh"))?.version, version);
  }
});

test("zooKeeperOf() that is closed at once leaves no session behind", options, async () => {
  const store = zooKeeperOf(ensemble, session);
  await store.close();
  assert.equal(store.session.state, "expired");
});
