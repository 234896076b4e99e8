/** What becomes of a session, its watches and its writes when an etcd is killed, silent or compacted. */

import assert from "node:assert/strict";
import { after, describe, type TestContext, test } from "node:test";
import type { CodedError } from "@tavola/base";
import { type Clock, silentLogger } from "@tavola/host";
import { type Ensemble, findEtcd, startEtcd } from "@tavola/test-servers";
import type { Coordination, SessionState, StoreWrite } from "../coordination.ts";
import { steadyClock } from "../steady-clock.ts";
import { bytes, done, eventually, inTime, text, withCode } from "../testing/contract.ts";
import { openEtcd } from "./etcd-coordination.ts";
import { connected, etcdUrl, openConnected, sessionTimeoutMs } from "./testing/etcd-sessions.ts";

const missing = findEtcd().error;

/** A test on servers of its own; one that cannot run here says so and counts as skipped. */
function onEtcd(
  title: string,
  count: 1 | 3,
  run: (etcd: Ensemble, context: TestContext) => Promise<void>,
): void {
  test(title, async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const etcd = await startEtcd({ count });
    context.after(() => etcd.close());
    await run(etcd, context);
  });
}

async function opened(etcd: Ensemble, context: TestContext): Promise<Coordination> {
  const store = await openConnected(etcd);
  context.after(() => store.close());
  return store;
}

/** A clock whose process can be stopped: its timers fire when it goes on. */
function stoppableClock(): Clock & { stop(): void; goOn(): void } {
  const clock = steadyClock();
  let isStopped = false;
  const held: (() => void)[] = [];
  return {
    now: () => clock.now(),
    after: (ms, run) =>
      clock.after(ms, () => {
        if (isStopped) held.push(run);
        else run();
      }),
    stop: () => {
      isStopped = true;
    },
    goOn: () => {
      isStopped = false;
      for (const run of held.splice(0)) run();
    },
  };
}

// They wait more than they work, so they do it side by side.
describe("faults of etcd", { concurrency: 4 }, () => {
  onEtcd(
    "a process that was stopped for longer than its session has lost it",
    1,
    async (etcd, context) => {
      const clock = stoppableClock();
      const options = { sessionTimeoutMs, logger: silentLogger, clock };
      const stopped = await connected(openEtcd(etcdUrl(etcd), options));
      context.after(() => stopped.close());
      const other = await opened(etcd, context);
      await stopped.join("/group", "m_", bytes("stopped"));
      const states: SessionState[] = [];
      stopped.session.watch((state) => states.push(state));

      clock.stop();
      await eventually("the session to be over by its own clock", () => !stopped.session.isAlive());
      assert.deepEqual(states, [], "nothing ran that could have noticed");
      await eventually("etcd to end it", async () => (await other.children("/group")).length === 0);

      // Its writes are refused even before its heartbeat learns of it.
      await assert.rejects(
        stopped.transact([{ kind: "create", path: "/late", value: bytes("") }]),
        withCode("SESSION_EXPIRED"),
      );
      assert.equal(await other.get("/late"), undefined);
      clock.goOn();
      await eventually("the state to be told", () => states.at(-1) === "expired");
    },
  );

  onEtcd(
    "one member after the other is killed: session, watch and writes go on",
    3,
    async (etcd, context) => {
      const store = await opened(etcd, context);
      const other = await opened(etcd, context);
      const member = await store.join("/group", "m_", bytes("a"));
      const states: SessionState[] = [];
      store.session.watch((state) => states.push(state));
      let value: string | undefined;
      store.watch("/watched", () => {
        void store.get("/watched").then(
          (found) => {
            value = text(found?.value);
          },
          () => undefined,
        );
      });
      for (const [index, server] of etcd.servers.entries()) {
        await server.kill();
        await written(other, "/watched", `after kill ${index}`);
        await eventually("the watch to tell it", () => value === `after kill ${index}`);
        await server.restart();
        await etcd.untilServing();
      }
      assert.ok(!states.includes("expired"));
      assert.deepEqual(await other.children("/group"), [member.name]);
      await eventually("the session to be connected", () => store.session.state === "connected");
    },
  );

  onEtcd(
    "all members are away: calls are refused in time; they come back: nothing is lost",
    3,
    async (etcd, context) => {
      const store = await opened(etcd, context);
      await store.join("/group", "m_", bytes("a"));
      await written(store, "/kept", "before");
      let told = 0;
      store.watch("/kept", () => {
        told += 1;
      });
      await store.get("/kept");
      await Promise.all(etcd.servers.map((server) => server.kill()));

      const startedAt = performance.now();
      const late = { kind: "create", path: "/late", value: bytes("") } as const;
      await Promise.all([
        assert.rejects(store.get("/kept"), withCode("UNAVAILABLE")),
        assert.rejects(store.transact([late]), withCode("UNAVAILABLE")),
        assert.rejects(store.join("/group", "m_", bytes("b")), withCode("UNAVAILABLE")),
      ]);
      assert.ok(performance.now() - startedAt < 2 * sessionTimeoutMs);
      await eventually("the state to be told", () => store.session.state === "suspended");
      await eventually("the session to be unsure", () => !store.session.isAlive());
      assert.equal(store.session.trouble?.code, "UNAVAILABLE");

      const before = told;
      await Promise.all(etcd.servers.map((server) => server.restart()));
      await etcd.untilServing();
      const again = await opened(etcd, context);
      assert.equal(text((await again.get("/kept"))?.value), "before");
      assert.equal(await again.get("/late"), undefined);
      // A new leader gives every lease its whole time again, so it may well have survived.
      await eventually("the session to be settled", () => store.session.state !== "suspended");
      if (store.session.state === "connected") {
        assert.deepEqual(await again.children("/group"), ["m_0000000000"]);
        await eventually("the watch to tell once more", () => told > before);
      }
    },
  );

  onEtcd(
    "a silent etcd suspends the session; its members stay while the lease does",
    1,
    async (etcd, context) => {
      const store = await opened(etcd, context);
      const states: SessionState[] = [];
      store.session.watch((state) => states.push(state));
      etcd.servers[0]?.stop();
      await eventually("the session to be suspended", () => states[0] === "suspended");
      await assert.rejects(store.get("/a"), withCode("UNAVAILABLE"));
      await assert.rejects(
        store.transact([{ kind: "create", path: "/unknown", value: bytes("") }]),
        withCode("OUTCOME_UNKNOWN"),
      );
      etcd.servers[0]?.cont();
      await eventually("the session to be settled", () => states.length > 1);
    },
  );

  onEtcd("a watch goes on after what it had seen was compacted away", 1, async (etcd, context) => {
    const store = await opened(etcd, context);
    const path = "/watched";
    let told = 0;
    store.watch(path, () => {
      told += 1;
    });
    await written(store, path, "1");
    await eventually("the first change", () => told > 0);
    for (let index = 0; index < 5; index += 1) await written(store, "/other", String(index));
    await askEtcd(etcd, "/v3/kv/compaction", { revision: await revisionOf(etcd), physical: true });

    const before = told;
    await etcd.servers[0]?.restart();
    await etcd.untilServing();
    const other = await opened(etcd, context);
    await eventually("the watch to be told that it may have missed something", () => told > before);
    const again = told;
    await written(other, path, "2");
    await eventually("the next change", () => told > again);
  });

  onEtcd(
    "under load with kills every acknowledged write is there, in its order",
    3,
    async (etcd, context) => {
      const stores = await Promise.all([opened(etcd, context), opened(etcd, context)]);
      const until = performance.now() + 4_000;
      const acknowledged = new Map<string, number>();
      const write = async (store: Coordination, writer: number): Promise<void> => {
        for (let number = 0; performance.now() < until; number += 1) {
          const path = `/load/${writer}/${String(number).padStart(6, "0")}`;
          try {
            await done(store, { kind: "create", path, value: bytes(String(number)) });
            acknowledged.set(path, number);
          } catch (error) {
            const isHonest = withCode("OUTCOME_UNKNOWN")(error) || withCode("UNAVAILABLE")(error);
            if (!isHonest) throw error;
          }
        }
      };
      const writers = [0, 1, 2, 3].map((writer) =>
        write(stores[writer % 2] as Coordination, writer),
      );
      const kills = (async () => {
        for (const server of etcd.servers.slice(0, 2)) {
          await eventually("some writes", () => acknowledged.size > 50);
          await server.kill();
          await server.restart();
          await etcd.untilServing();
        }
      })();
      await Promise.all([...writers, kills]);
      const reader = await opened(etcd, context);
      const paths = [...acknowledged.keys()];
      context.diagnostic(`${paths.length} writes acknowledged in 4 s, two members killed`);
      assert.ok(paths.length > 100);
      const values = await reader.getAll(paths);
      assert.deepEqual(
        values.map((value) => text(value?.value)),
        paths.map((path) => String(acknowledged.get(path))),
      );
    },
  );

  test("a full etcd refuses writes and says the way out; what is there can be read", async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const etcd = await startEtcd({ count: 1, flags: ["--quota-backend-bytes=4194304"] });
    context.after(() => etcd.close());
    const store = await opened(etcd, context);
    const value = new Uint8Array(400_000);
    const fill = async (): Promise<void> => {
      for (let number = 0; number < 50; number += 1) {
        await done(store, { kind: "create", path: `/full/${number}`, value });
      }
    };
    await assert.rejects(fill(), (error: CodedError) => {
      assert.equal(error.code, "UNAVAILABLE");
      assert.match(error.message, /is full; compact and defragment it/);
      return true;
    });
    assert.equal((await store.get("/full/0"))?.value.length, value.length);
    assert.equal(store.session.state, "connected");
  });

  onEtcd(
    "more writes than etcd takes at once are refused; reads go in pieces",
    1,
    async (etcd, context) => {
      const store = await opened(etcd, context);
      const paths = Array.from({ length: 300 }, (_, index) => `/many/${index}`);
      const create = (path: string): StoreWrite => ({ kind: "create", path, value: bytes(path) });
      await assert.rejects(store.transact(paths.map(create)), withCode("TOO_LARGE"));
      for (let start = 0; start < paths.length; start += 100) {
        await done(store, ...paths.slice(start, start + 100).map(create));
      }
      const values = await store.getAll(paths);
      assert.deepEqual(
        values.map((each) => text(each?.value)),
        paths,
      );
    },
  );

  test("an etcd without its gateway is told from one that is away", async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const etcd = await startEtcd({ count: 1, flags: ["--enable-grpc-gateway=false"] });
    context.after(() => etcd.close());
    const store = openEtcd(etcdUrl(etcd), { sessionTimeoutMs, logger: silentLogger });
    context.after(() => store.close());
    await assert.rejects(connected(store), (error: CodedError) => {
      assert.equal(error.transient, false);
      assert.match(error.message, /--enable-grpc-gateway=false/);
      return true;
    });
  });

  test("nobody listens: suspended with the reason, calls refused in time", async () => {
    const url = {
      scheme: "etcd",
      servers: [{ host: "127.0.0.1", port: 1 }],
      credentials: undefined,
      path: "/mesos",
      file: undefined,
    } as const;
    const store = openEtcd(url, { sessionTimeoutMs: 500, logger: silentLogger });
    await eventually("the trouble to be known", () => store.session.trouble !== undefined);
    assert.equal(store.session.state, "suspended");
    assert.equal(store.session.trouble?.code, "UNAVAILABLE");
    assert.equal(store.session.trouble?.transient, true);
    assert.match(store.session.trouble?.message ?? "", /127\.0\.0\.1:1/);
    await assert.rejects(inTime("the call", store.get("/a")), withCode("UNAVAILABLE"));
    await assert.rejects(store.join("/g", "m_", bytes("")), withCode("UNAVAILABLE"));
    await store.close();
    assert.equal(store.session.state, "expired");
  });
});

describe("an etcd that asks who one is", () => {
  let etcd: Ensemble | undefined;
  after(() => etcd?.close());

  const start = async (): Promise<Ensemble> => {
    etcd ??= await startWithUsers();
    return etcd;
  };
  const open = (server: Ensemble, user: string | undefined, password = ""): Coordination => {
    const credentials = user === undefined ? undefined : { user, password };
    const url = etcdUrl(server, credentials);
    return openEtcd(url, { sessionTimeoutMs, logger: silentLogger });
  };

  test("lets in a user whose role has our keys, also after it forgot its tokens", async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const server = await start();
    const store = await connected(open(server, "tavola", "secret"));
    context.after(() => store.close());
    let told = 0;
    store.watch("/a", () => {
      told += 1;
    });
    await written(store, "/a", "1");
    await eventually("the watch", () => told > 0);
    await store.join("/group", "m_", bytes(""));
    await server.servers[0]?.restart();
    await server.untilServing();
    await written(store, "/a", "2");
    const before = told;
    await written(store, "/a", "3");
    await eventually("the watch again", () => told > before);
    await eventually("the session", () => store.session.state === "connected");
    assert.ok(!store.description.includes("secret"));
  });

  test("refuses a wrong password, nobody, and a user without our keys", async (context) => {
    if (missing !== undefined) return context.skip(missing);
    const server = await start();
    const cases = [
      ["tavola", "wrong", /user or its password/],
      [undefined, "", /asks for a user/],
      ["guest", "secret", /tavola\//],
    ] as const;
    for (const [user, password, reason] of cases) {
      const store = open(server, user, password);
      await assert.rejects(connected(store), withCode("UNAUTHORIZED"));
      assert.match(store.session.trouble?.message ?? "", reason);
      await assert.rejects(store.get("/a"), withCode("UNAUTHORIZED"));
      await assert.rejects(store.join("/g", "m_", bytes("")), withCode("UNAUTHORIZED"));
      await store.close();
    }
  });
});

async function startWithUsers(): Promise<Ensemble> {
  const etcd = await startEtcd({ count: 1 });
  const b64 = (value: string): string => Buffer.from(value).toString("base64");
  await askEtcd(etcd, "/v3/auth/user/add", { name: "root", password: "root" });
  await askEtcd(etcd, "/v3/auth/user/add", { name: "tavola", password: "secret" });
  await askEtcd(etcd, "/v3/auth/user/add", { name: "guest", password: "secret" });
  await askEtcd(etcd, "/v3/auth/role/add", { name: "root" });
  await askEtcd(etcd, "/v3/auth/role/add", { name: "masters" });
  await askEtcd(etcd, "/v3/auth/role/grant", {
    name: "masters",
    perm: { permType: "READWRITE", key: b64("tavola/"), range_end: b64("tavola0") },
  });
  await askEtcd(etcd, "/v3/auth/user/grant", { user: "root", role: "root" });
  await askEtcd(etcd, "/v3/auth/user/grant", { user: "tavola", role: "masters" });
  await askEtcd(etcd, "/v3/auth/enable", {});
  return etcd;
}

async function askEtcd(etcd: Ensemble, path: string, body: object): Promise<unknown> {
  const [server] = etcd.servers;
  const url = `http://${server?.address}:${server?.port}${path}`;
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  const said = await answer.text();
  assert.ok(answer.ok, `${path}: ${said}`);
  return JSON.parse(said);
}

async function revisionOf(etcd: Ensemble): Promise<string> {
  const answer = await askEtcd(etcd, "/v3/kv/range", { key: "AA==" });
  return (answer as { header: { revision: string } }).header.revision;
}

/** Writes it, however often the store has to be asked. */
async function written(store: Coordination, path: string, value: string): Promise<void> {
  await eventually(`${path} to be written`, async () => {
    try {
      const there = await store.get(path);
      const write = { path, value: bytes(value) };
      const outcome = await store.transact([{ kind: there ? "set" : "create", ...write }]);
      return outcome.done;
    } catch (error) {
      if (withCode("UNAVAILABLE")(error) || withCode("OUTCOME_UNKNOWN")(error)) return false;
      throw error;
    }
  });
}
