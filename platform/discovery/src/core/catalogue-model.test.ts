import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "@tavola/base";
import fc from "fast-check";
import type { Announcement } from "./announcement.ts";
import { announcementOf } from "./announcement.ts";
import { Catalogue } from "./catalogue.ts";
import { everything, type Filter, matches, parseFilter } from "./filter.ts";
import type { Operation } from "./operation.ts";
import { fullUpdate, incrementalUpdate, watchState } from "./watch-update.ts";
import { Watchers } from "./watchers.ts";

interface UpdateJson {
  readonly fullUpdate: boolean;
  readonly index: number;
  readonly deletes: readonly string[];
  readonly updates: readonly { readonly announcementId: string }[];
}

const ids = ["a", "b", "c", "__proto__", "d"];
const types = ["web", "api", "constructor"];
const features = [undefined, "v1", "v2"];

const announcement = fc
  .record({
    id: fc.constantFrom(...ids),
    serviceType: fc.constantFrom(...types),
    feature: fc.constantFrom(...features),
    port: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ id, serviceType, feature, port }) =>
    announcementOf(
      JSON.stringify({ announcementId: id, serviceType, serviceUri: `http://h:${port}`, feature }),
      undefined,
    ),
  );

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 3,
    arbitrary: announcement.map((each) => ({ kind: "put", announcement: each }) as const),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("withdraw" as const, "expire" as const),
      id: fc.constantFrom(...ids),
    }),
  },
);

const filter: fc.Arbitrary<Filter> = fc
  .constantFrom(
    [],
    [["serviceType", "web"]] as const,
    [["serviceType", "web:v1"]] as const,
    [
      ["serviceType", "web"],
      ["serviceType", "api:v2"],
    ] as const,
    [["feature", "v1"]] as const,
    [
      ["serviceType", "constructor"],
      ["feature", "v2"],
    ] as const,
  )
  .map((query) => {
    const { filter: parsed } = parseFilter(query);
    assert.ok(parsed !== undefined);
    return parsed;
  });

/** What a watcher does with what it is told, as OpenTable's client does it. */
class Follower {
  readonly known = new Map<string, unknown>();
  index: number | undefined;

  told(json: string): void {
    const update = JSON.parse(json) as UpdateJson;
    if (update.fullUpdate) this.known.clear();
    for (const id of update.deletes) this.known.delete(id);
    for (const each of update.updates) this.known.set(each.announcementId, each);
    this.index = update.index;
  }
}

function expected(all: ReadonlyMap<string, Announcement>, wanted: Filter): Map<string, unknown> {
  const chosen = [...all.values()].filter((each) => matches(wanted, each));
  return new Map(chosen.map(({ id, json }) => [id, JSON.parse(json)]));
}

function sorted(known: ReadonlyMap<string, unknown>): readonly unknown[] {
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1));
}

test("whoever is told what changed, whenever and how seldom it asks, has what a naive list has", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(operation, { maxLength: 6 }), { maxLength: 30 }),
      filter,
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
      (batches, wanted, changesMax, asks) => {
        const catalogue = new Catalogue({ changesMax });
        catalogue.reset("one", 100, []);
        const all = new Map<string, Announcement>();
        const follower = new Follower();
        for (const [at, operations] of batches.entries()) {
          catalogue.apply({ index: 101 + at, operations });
          for (const each of operations) {
            if (each.kind === "put") all.set(each.announcement.id, each.announcement);
            else all.delete(each.id);
          }
          if (!asks[at]) continue;
          const since = (follower.index ?? -1) + 1;
          const state = watchState(catalogue, wanted, since);
          assert.notEqual(state, "ahead");
          if (state === "full") follower.told(fullUpdate(catalogue, wanted));
          else if (state === "changed") follower.told(incrementalUpdate(catalogue, wanted, since));
          assert.deepEqual(sorted(follower.known), sorted(expected(all, wanted)));
          assert.equal(catalogue.size, all.size);
        }
        for (const type of types) {
          const ofType = [...all.values()].filter(({ serviceType }) => serviceType === type);
          assert.equal(catalogue.countOfType(type), ofType.length);
        }
      },
    ),
  );
});

test("a watcher that moves between servers, some behind others, always has what there was at its index", () => {
  const steps = fc.array(
    fc.record({
      server: fc.nat({ max: 2 }),
      kind: fc.constantFrom("follow" as const, "ask" as const),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(
      fc.array(fc.array(operation, { maxLength: 4 }), { maxLength: 25 }),
      steps,
      filter,
      fc.integer({ min: 1, max: 15 }),
      (batches, script, wanted, changesMax) => {
        const first = 100;
        // What there was at each index.
        const history: ReadonlyMap<string, Announcement>[] = [new Map()];
        for (const operations of batches) {
          const all = new Map(history.at(-1));
          for (const each of operations) {
            if (each.kind === "put") all.set(each.announcement.id, each.announcement);
            else all.delete(each.id);
          }
          history.push(all);
        }
        const servers = [0, 1, 2].map(() => {
          const catalogue = new Catalogue({ changesMax });
          catalogue.reset("one", first, []);
          return catalogue;
        });
        const follow = (catalogue: Catalogue): boolean => {
          const operations = batches[catalogue.index - first];
          if (operations === undefined) return false;
          catalogue.apply({ index: catalogue.index + 1, operations });
          return true;
        };
        const follower = new Follower();
        for (const { server, kind } of script) {
          const catalogue = servers[server] as Catalogue;
          if (kind === "follow") {
            follow(catalogue);
            continue;
          }
          const since = (follower.index ?? -1) + 1;
          // It reads on before it takes a watcher for one of another life of the store.
          while (watchState(catalogue, wanted, since) === "ahead") assert.ok(follow(catalogue));
          const state = watchState(catalogue, wanted, since);
          if (state === "full") follower.told(fullUpdate(catalogue, wanted));
          else if (state === "changed") follower.told(incrementalUpdate(catalogue, wanted, since));
          const then = history[catalogue.index - first];
          assert.ok(then !== undefined);
          assert.deepEqual(sorted(follower.known), sorted(expected(then, wanted)));
        }
      },
    ),
  );
});

test("watchers that wait are told at once, each only what it watches, and end with the same", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(operation, { maxLength: 6 }), { maxLength: 20 }),
      fc.array(filter, { minLength: 1, maxLength: 5 }),
      fc.nat({ max: 20 }),
      (batches, filters, replacedAt) => {
        const catalogue = new Catalogue();
        catalogue.reset("one", 0, []);
        const watchers = new Watchers(catalogue);
        const all = new Map<string, Announcement>();
        const followers = filters.map((wanted) => {
          const follower = new Follower();
          follower.told(fullUpdate(catalogue, wanted));
          const wait = (): void => {
            const since = (follower.index ?? 0) + 1;
            watchers.add({ filter: wanted, since }, instant(0), 1000, (update) => {
              assert.ok(update !== "nothing");
              follower.told(update.json);
              wait();
            });
          };
          wait();
          return { follower, wanted };
        });
        for (const [at, operations] of batches.entries()) {
          if (at === replacedAt) {
            catalogue.reset("two", catalogue.index + 1000, [...all.values()].slice(1));
            const [first] = all.keys();
            if (first !== undefined) all.delete(first);
            watchers.replaced();
          }
          watchers.changed(catalogue.apply({ index: catalogue.index + 1, operations }));
          for (const each of operations) {
            if (each.kind === "put") all.set(each.announcement.id, each.announcement);
            else all.delete(each.id);
          }
          for (const { follower, wanted } of followers) {
            assert.deepEqual(sorted(follower.known), sorted(expected(all, wanted)));
          }
        }
        assert.equal(watchers.size, filters.length);
        const told: string[] = [];
        watchers.add({ filter: everything, since: 10 ** 9 }, instant(0), 10, (update) => {
          told.push(update === "nothing" ? update : "an update");
        });
        watchers.timePassed(instant(9));
        assert.deepEqual(told, []);
        watchers.timePassed(instant(10));
        assert.deepEqual(told, ["nothing"]);
      },
    ),
  );
});

test("watchers that get the same are told the same bytes", () => {
  const catalogue = new Catalogue();
  catalogue.reset("one", 5, []);
  const watchers = new Watchers(catalogue);
  const bytes = new Set<Uint8Array>();
  for (let each = 0; each < 100; each += 1) {
    watchers.add({ filter: everything, since: 6 }, instant(0), 1000, (update) => {
      assert.ok(update !== "nothing");
      bytes.add(update.bytes);
    });
  }
  const put = announcementOf(
    '{"announcementId":"a","serviceType":"t","serviceUri":"http://h"}',
    undefined,
  );
  watchers.changed(catalogue.apply({ index: 6, operations: [{ kind: "put", announcement: put }] }));
  assert.equal(bytes.size, 1);
  assert.equal(watchers.size, 0);
});

test("watchState() tells a rebuilt store from one that has gone on", () => {
  const catalogue = new Catalogue({ changesMax: 1 });
  catalogue.reset("one", 10, []);
  const put = (id: string): Operation => ({
    kind: "put",
    announcement: announcementOf(
      JSON.stringify({ announcementId: id, serviceType: "t", serviceUri: "http://h" }),
      undefined,
    ),
  });
  catalogue.apply({ index: 11, operations: [put("a")] });
  catalogue.apply({ index: 12, operations: [put("b")] });
  assert.equal(watchState(catalogue, everything, 0), "full");
  assert.equal(watchState(catalogue, everything, 11), "full", "older than what is remembered");
  assert.equal(watchState(catalogue, everything, 12), "changed");
  assert.equal(watchState(catalogue, everything, 13), "unchanged");
  assert.equal(watchState(catalogue, everything, 14), "ahead");
});
