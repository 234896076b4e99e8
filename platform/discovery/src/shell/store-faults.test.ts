import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  type AnnouncementJson,
  announce,
  ask,
  DiscoveryFixture,
  fullUpdateOf,
  MemoryStore,
  until,
  Watcher,
} from "../testing/discovery-fixture.ts";
import type { RunningDiscovery } from "./start-discovery.ts";

const flags = ["--lease=1secs", "--watch_timeout=1secs"];
const leaseMs = 1_000;

interface StateJson {
  readonly generation: string;
  readonly index: number;
  readonly stale: boolean;
  readonly staleSeconds: number;
  readonly servers: readonly { readonly url: string }[];
}

async function stateOf(server: RunningDiscovery): Promise<StateJson> {
  return JSON.parse((await ask(server, "/status")).text) as StateJson;
}

/** Two servers, each with a client of its own of one ensemble. */
describe("a store that fails", () => {
  let store: MemoryStore;
  let fixture: DiscoveryFixture;
  let first: RunningDiscovery;
  let second: RunningDiscovery;
  let openFirst: () => ReturnType<ReturnType<MemoryStore["opener"]>>;

  const start = async (options: readonly string[] = flags): Promise<void> => {
    store = new MemoryStore();
    fixture = new DiscoveryFixture();
    openFirst = store.opener("first");
    first = await fixture.start({ flags: options, openStore: () => openFirst() });
    second = await fixture.start({ flags: options, openStore: store.opener("second") });
    await until("both know of each other", async () => {
      const states = await Promise.all([stateOf(first), stateOf(second)]);
      return states.every(({ servers }) => servers.length === 2);
    });
  };

  const knowsBoth = async (web: AnnouncementJson): Promise<void> => {
    for (const server of [first, second]) {
      await until("it is known", async () => {
        const { status } = await ask(server, `/announcement/${web.announcementId}`);
        return status === 200;
      });
    }
  };

  describe("while it is away", () => {
    before(() => start());
    after(() => fixture.close());

    test("servers answer from what they knew, say so, take renewals and expire nobody", async () => {
      const web = await announce(first, { serviceType: "web", serviceUri: "http://10.0.0.1:80" });
      await knowsBoth(web);
      store.ensemble.setReachable(store.client("first"), false);
      store.ensemble.setReachable(store.client("second"), false);
      await until("both have noticed, for three leases", async () => {
        const states = await Promise.all([stateOf(first), stateOf(second)]);
        return states.every(({ staleSeconds }) => staleSeconds * 1000 > 3 * leaseMs);
      });
      for (const server of [first, second]) {
        const answer = await ask(server, "/services/web");
        assert.ok(Number(answer.headers.get("x-tavola-stale")) >= 3);
        assert.ok(answer.text.includes(web.announcementId), "it has not expired");
        assert.match((await ask(server, "/metrics")).text, /^tavola_discovery_stale 1$/m);
        assert.equal(JSON.parse((await ask(server, "/health")).text).status, "stale");
        assert.deepEqual(await announce(server, web), web, "a renewal needs no store");
      }
      const { index } = await fullUpdateOf(first);
      const ahead = await ask(first, `/watch?since=${index + 1000}`);
      assert.equal(ahead.status, 204, "nobody knows whether another server is ahead");
      assert.ok(ahead.headers.has("x-tavola-stale"));
      const refused = await ask(first, "/announcement", {
        method: "POST",
        body: { serviceType: "web", serviceUri: "http://10.0.0.2:80" },
      });
      assert.equal(refused.status, 503);
      assert.equal(refused.headers.get("retry-after"), "1");
      assert.match(JSON.parse(refused.text).error, /^the store is away/);
    });

    test("when it is back they say so no more, and what nobody renews expires then", async () => {
      store.ensemble.setReachable(store.client("first"), true);
      store.ensemble.setReachable(store.client("second"), true);
      for (const server of [first, second]) {
        await until(
          "it is fresh",
          async () => !(await ask(server, "/health")).headers.has("x-tavola-stale"),
        );
        await until("it has expired", async () => {
          const { instances } = JSON.parse((await ask(server, "/services/web")).text);
          return instances.length === 0;
        });
      }
      await announce(second, { serviceType: "web", serviceUri: "http://10.0.0.3:80" });
    });
  });

  describe("when one server is cut off from it", () => {
    before(() => start(["--lease=4secs", "--watch_timeout=1secs"]));
    after(() => fixture.close());

    test("what is renewed at the one that is cut off does not expire, nor what is renewed at the other", async () => {
      const a = await announce(first, { serviceType: "a", serviceUri: "http://10.0.0.1:80" });
      const b = await announce(second, { serviceType: "b", serviceUri: "http://10.0.0.2:80" });
      await knowsBoth(a);
      await knowsBoth(b);
      store.ensemble.setReachable(store.client("first"), false);
      const renewed = { a: 0, b: 0 };
      const isRenewing = { on: true };
      const renewing = (async () => {
        while (isRenewing.on) {
          assert.equal(
            (await ask(first, "/announcement", { method: "POST", body: a })).status,
            201,
          );
          assert.equal(
            (await ask(second, "/announcement", { method: "POST", body: b })).status,
            201,
          );
          renewed.a += 1;
          renewed.b += 1;
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      await until(
        "the other has it for gone",
        async () => (await stateOf(second)).servers.length === 1,
      );
      store.ensemble.setReachable(store.client("first"), true);
      await until("both are there again", async () => {
        const states = await Promise.all([stateOf(first), stateOf(second)]);
        return states.every(({ servers, stale }) => servers.length === 2 && !stale);
      });
      isRenewing.on = false;
      await renewing;
      for (const server of [first, second]) {
        for (const type of ["a", "b"]) {
          const { instances } = JSON.parse((await ask(server, `/services/${type}`)).text);
          assert.equal(instances.length, 1, `${type} is still there`);
        }
      }
      assert.ok(renewed.a > 0);
    });
  });

  describe("when it is rebuilt empty", () => {
    before(() => start(["--lease=1days", "--watch_timeout=1secs"]));
    after(() => fixture.close());

    test("servers write down what they know, and watchers are given everything", async () => {
      const web = await announce(first, { serviceType: "web", serviceUri: "http://10.0.0.1:80" });
      await knowsBoth(web);
      const watchers = [new Watcher(), new Watcher()];
      for (const watcher of watchers) await watcher.poll(second);
      const { generation, index } = await stateOf(first);
      const rebuilt = new MemoryStore();
      const former = store;
      openFirst = rebuilt.opener("first");
      former.ensemble.expire(former.client("first"));
      // A former life of the store that goes on for a server is none that the others are in.
      await until("the first has begun another generation", async () => {
        const state = await stateOf(first);
        return state.generation !== generation && !state.stale;
      });
      const state = await stateOf(first);
      assert.ok(state.index > index, "an index is never given twice");
      const [moved] = watchers;
      await until(
        "a watcher that moves there is told",
        async () => (await moved?.poll(first)) === true,
      );
      assert.equal(moved?.fullUpdates, 2);
      assert.ok(moved?.known.has(web.announcementId));
    });
  });

  test("an embedded store whose file is removed is made anew with what is known", async (t) => {
    const files = new DiscoveryFixture();
    t.after(() => files.close());
    const server = await files.start({ flags: ["--lease=1days", "--watch_timeout=1secs"] });
    const web = await announce(server, { serviceType: "web", serviceUri: "http://10.0.0.1:80" });
    const watcher = new Watcher();
    await watcher.poll(server);
    const { generation } = await stateOf(server);
    files.removeStore();
    await until("it has begun another generation", async () => {
      const state = await stateOf(server);
      return state.generation !== generation && !state.stale;
    });
    await until("the watcher is told", () => watcher.poll(server));
    assert.equal(watcher.fullUpdates, 2);
    assert.ok(watcher.known.has(web.announcementId));
    await announce(server, { serviceType: "web", serviceUri: "http://10.0.0.2:80" });
    const again = await files.start({ flags: ["--lease=1days"] });
    const { updates } = await fullUpdateOf(again, "?serviceType=web");
    assert.equal(updates.length, 2);
  });
});
