import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  type Ensemble,
  findEtcd,
  findZooKeeper,
  startEtcd,
  startZooKeeper,
} from "@tavola/test-servers";
import {
  announce,
  ask,
  DiscoveryFixture,
  fullUpdateOf,
  until,
  Watcher,
} from "../testing/discovery-fixture.ts";
import type { RunningDiscovery } from "./start-discovery.ts";

const crowd = 150;

/** Spread over the servers, all at once. */
function announceMany(at: (index: number) => RunningDiscovery) {
  return Promise.all(
    Array.from({ length: crowd }, (_, each) =>
      announce(at(each), { serviceType: "crowd", serviceUri: `http://10.0.2.${each}:80` }),
    ),
  );
}

interface StoreKind {
  readonly name: string;
  /** Why it cannot be had here. */
  readonly missing: string | undefined;
  readonly start: () => Promise<Ensemble | undefined>;
}

const kinds: readonly StoreKind[] = [
  { name: "an embedded store", missing: undefined, start: async () => undefined },
  { name: "ZooKeeper", missing: findZooKeeper().error, start: () => startZooKeeper() },
  { name: "etcd", missing: findEtcd().error, start: () => startEtcd() },
];

for (const { name, missing, start } of kinds) {
  describe(`three servers over ${name}`, { skip: missing }, () => {
    let ensemble: Ensemble | undefined;
    const fixture = new DiscoveryFixture();
    const servers: RunningDiscovery[] = [];
    const at = (index: number): RunningDiscovery => servers[index % 3] as RunningDiscovery;
    const flags = ["--lease=3secs", "--store_session_timeout=4secs", "--watch_timeout=2secs"];

    before(async () => {
      ensemble = await start();
      const store = ensemble === undefined ? {} : { store: ensemble.url("/tavola") };
      for (let each = 0; each < 3; each += 1)
        servers.push(await fixture.start({ ...store, flags }));
      for (const server of servers) {
        await until("all know all servers", async () => {
          const { updates } = await fullUpdateOf(server, "?serviceType=discovery");
          const told = updates.map(({ serviceUri }) => serviceUri).sort();
          return (
            told.join() ===
            servers
              .map(({ url }) => url)
              .sort()
              .join()
          );
        });
      }
    });

    after(async () => {
      await fixture.close();
      await ensemble?.close();
    });

    test("what is announced at one is told by all, with the same index", async () => {
      const watchers = servers.map(() => new Watcher("serviceType=web"));
      for (const [index, watcher] of watchers.entries()) await watcher.poll(at(index));
      const web = await announce(at(0), { serviceType: "web", serviceUri: "http://10.0.0.1:80" });
      for (const [index, watcher] of watchers.entries()) {
        await until("it is told", async () => {
          await watcher.poll(at(index));
          return watcher.known.has(web.announcementId);
        });
        assert.equal(watcher.fullUpdates, 1);
      }
      assert.equal(new Set(watchers.map(({ index }) => index)).size, 1);
    });

    test("announcing at one, renewing at the next and withdrawing at the third is one announcement", async () => {
      const web = await announce(at(0), { serviceType: "relay", serviceUri: "http://10.0.0.2:80" });
      const watcher = new Watcher("serviceType=relay");
      await until("the second knows it", async () => {
        await watcher.poll(at(1));
        return watcher.known.has(web.announcementId);
      });
      const { index } = await fullUpdateOf(at(1));
      assert.deepEqual(await announce(at(1), web), web);
      assert.equal((await fullUpdateOf(at(1))).index, index, "a renewal is no change");
      const gone = await ask(at(2), `/announcement/${web.announcementId}`, { method: "DELETE" });
      assert.equal(gone.status, 204);
      await until("the watcher, at the first by now, is told", async () => {
        await watcher.poll(at(0));
        return !watcher.known.has(web.announcementId);
      });
      assert.equal(watcher.fullUpdates, 1);
    });

    test("what is withdrawn at one and announced again at another at once is there", async () => {
      const again = { announcementId: "again", serviceType: "again", serviceUri: "http://h:1" };
      await announce(at(0), again);
      for (let each = 0; each < 30; each += 1) {
        const gone = await ask(at(each), "/announcement/again", { method: "DELETE" });
        assert.equal(gone.status, 204);
        await announce(at(each + 1), again);
        // By its id it is looked for in the store before it is said to be unknown.
        for (const server of servers) {
          assert.equal((await ask(server, "/announcement/again")).status, 200, `time ${each}`);
        }
      }
      for (let each = 0; each < 30; each += 1) {
        // Renewed here, in the moment before it is withdrawn there.
        await announce(at(each + 1), again);
        assert.equal(
          (await ask(at(each), "/announcement/again", { method: "DELETE" })).status,
          204,
        );
        for (const server of servers) {
          assert.equal((await ask(server, "/announcement/again")).status, 404, "a late renewal");
        }
        await announce(at(each), again);
      }
    });

    test("what is said otherwise at one and as before at another at once is as before", async () => {
      const said = { announcementId: "said", serviceType: "said", serviceUri: "http://h:1" };
      await announce(at(0), said);
      for (let each = 0; each < 20; each += 1) {
        await ask(at(each), "/announcement/said");
        await announce(at(each), { ...said, serviceUri: "http://h:2" });
        await announce(at(each + 1), said);
        for (const server of servers) {
          await until("it is as before", async () => {
            const { text } = await ask(server, "/announcement/said");
            return (JSON.parse(text) as { serviceUri: string }).serviceUri === said.serviceUri;
          });
        }
      }
    });

    test("a watcher that moves after every answer has what one has that asks for everything", async () => {
      const watcher = new Watcher();
      await watcher.poll(at(0));
      const announced: string[] = [];
      for (let each = 0; each < 60; each += 1) {
        const { announcementId } = await announce(at(each), {
          serviceType: `moving-${each % 5}`,
          serviceUri: `http://10.0.1.${each}:80`,
        });
        announced.push(announcementId);
        if (each % 3 === 2) {
          const id = announced.splice(Math.floor(each / 3) % announced.length, 1)[0] ?? "";
          // Another server may not have heard of it yet, and reads on before it says so.
          const { status } = await ask(at(each + 1), `/announcement/${id}`, { method: "DELETE" });
          assert.equal(status, 204);
        }
        await watcher.poll(at(each * 2 + 1));
      }
      await until("it has come to the end", async () => {
        await watcher.poll(at(0));
        const all = await fullUpdateOf(at(0));
        const isThere = watcher.index === all.index;
        if (isThere) {
          assert.deepEqual(
            watcher.ids,
            all.updates.map(({ announcementId }) => announcementId).sort(),
          );
        }
        return isThere;
      });
      assert.equal(watcher.fullUpdates, 1);
    });

    test("what was announced at one is found at another at once", async () => {
      for (let each = 0; each < 20; each += 1) {
        const { announcementId } = await announce(at(each), {
          serviceType: "soon",
          serviceUri: "http://10.0.0.4:80",
        });
        const found = await ask(at(each + 1), `/announcement/${announcementId}`);
        assert.equal(found.status, 200);
      }
    });

    test("many that are announced at all servers at once are all there", async () => {
      const watcher = new Watcher("serviceType=crowd");
      await watcher.poll(at(0));
      await announceMany(at);
      await until("all are told", async () => {
        await watcher.poll(at(1));
        return watcher.known.size === crowd;
      });
      assert.equal(watcher.fullUpdates, 1);
    });

    test("no watcher that waits misses a change, however many come while it asks", async (t) => {
      const patient = new DiscoveryFixture();
      t.after(() => patient.close());
      const store = ensemble === undefined ? {} : { store: ensemble.url("/patient") };
      // Whoever misses one is told by nothing else.
      const waiting = ["--lease=1days", "--watch_timeout=1days"];
      const own = [
        await patient.start({ ...store, flags: waiting }),
        await patient.start({ ...store, flags: waiting }),
      ] as const;
      const last = "the last one";
      const watchers = Array.from({ length: 40 }, () => new Watcher());
      const watching = watchers.map(async (watcher, each) => {
        while (!watcher.known.has(last)) await watcher.poll(own[each % 2 === 0 ? 0 : 1]);
      });
      for (let each = 0; each < 60; each += 1) {
        const serviceUri = `http://10.0.3.${each}:80`;
        await announce(own[each % 2 === 0 ? 0 : 1], { serviceType: "quick", serviceUri });
      }
      await announce(own[0], {
        announcementId: last,
        serviceType: "quick",
        serviceUri: "http://z",
      });
      await Promise.all(watching);
      assert.equal(new Set(watchers.map(({ index }) => index)).size, 1);
    });

    test("of many that are announced everywhere each expires once, but for the one that is renewed", async (t) => {
      const brief = new DiscoveryFixture();
      t.after(() => brief.close());
      const store = ensemble === undefined ? {} : { store: ensemble.url("/brief") };
      const own: RunningDiscovery[] = [];
      for (let each = 0; each < 3; each += 1) {
        own.push(
          await brief.start({ ...store, flags: ["--lease=3secs", "--watch_timeout=1secs"] }),
        );
      }
      const atOwn = (index: number): RunningDiscovery => own[index % 3] as RunningDiscovery;
      const watcher = new Watcher("serviceType=crowd");
      await watcher.poll(atOwn(2));
      const [kept, ...others] = await announceMany(atOwn);
      const keptId = kept?.announcementId ?? "";
      const expected = others.map(({ announcementId }) => announcementId).sort();
      for (let call = 0; new Set(watcher.gone).size < expected.length; call += 1) {
        await announce(atOwn(call), kept as object);
        await watcher.poll(atOwn(2));
      }
      // On a machine that stands still it may have been gone for a moment itself.
      assert.deepEqual(watcher.gone.filter((id) => id !== keptId).sort(), expected);
      assert.equal((await announce(atOwn(0), kept as object)).announcementId, keptId);
    });
  });
}
