import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { announcementOf as of } from "../testing/scripted-discovery.ts";
import { type Announcement, isOfService } from "./announcement.ts";
import { Catalogue } from "./catalogue.ts";

const full = (...updates: Announcement[]) => ({ fullUpdate: true, index: 1, deletes: [], updates });
const part = (deletes: readonly string[], ...updates: Announcement[]) => ({
  fullUpdate: false,
  index: 2,
  deletes,
  updates,
});

test("Catalogue tells what came, changed and went, and finds it by service", () => {
  const catalogue = new Catalogue();
  const a = of("web", "a");
  const b = of("web", "b", { feature: "canary" });
  assert.deepEqual(catalogue.apply(full(a, b)), { added: [a, b], changed: [], removed: [] });
  assert.deepEqual(catalogue.find("web"), [a, b]);
  assert.equal(catalogue.find("web"), catalogue.find("web"));
  assert.deepEqual(catalogue.find("web:canary"), [b]);

  const b2 = { ...b, feature: "blue" };
  assert.deepEqual(catalogue.apply(part(["a", "x"], b2)), {
    added: [],
    changed: [b2],
    removed: [a],
  });
  assert.deepEqual(catalogue.find("web:canary"), []);
  assert.deepEqual(catalogue.find("web:blue"), [b2]);
  assert.deepEqual(catalogue.apply(full(b2)), { added: [], changed: [], removed: [] });
  assert.deepEqual(catalogue.apply(full()).removed, [b2]);
  assert.equal(catalogue.size, 0);
});

test("Catalogue of one type passes over others, also what was of it before", () => {
  const catalogue = new Catalogue("web");
  catalogue.apply(full(of("web", "a"), of("mail", "b")));
  assert.deepEqual(catalogue.all(), [of("web", "a")]);
  assert.deepEqual(catalogue.apply(part([], of("mail", "a"))).removed, [of("web", "a")]);
});

test("find() is what looking at every announcement would give, also where names have colons", () => {
  const name = fc.constantFrom("a", "b", "a:b", "b:c");
  const announcement = fc
    .tuple(fc.constantFrom("1", "2", "3", "4"), name, fc.option(name, { nil: undefined }))
    .map(([id, type, feature]) => of(type, id, feature === undefined ? {} : { feature }));
  const update = fc.record({
    fullUpdate: fc.boolean(),
    index: fc.nat(),
    deletes: fc.array(fc.constantFrom("1", "2", "3", "4"), { maxLength: 3 }),
    updates: fc.uniqueArray(announcement, {
      maxLength: 4,
      selector: (each) => each.announcementId,
    }),
  });
  fc.assert(
    fc.property(fc.array(update, { maxLength: 6 }), (updates) => {
      const catalogue = new Catalogue();
      const oracle = new Map<string, Announcement>();
      for (const each of updates) {
        catalogue.apply(each);
        if (each.fullUpdate) oracle.clear();
        else for (const id of each.deletes) oracle.delete(id);
        for (const one of each.updates) oracle.set(one.announcementId, one);
        for (const service of ["a", "b", "a:b", "b:c", "a:b:c", "a:b:b"]) {
          const ids = (list: readonly Announcement[]) => list.map((one) => one.announcementId);
          const expected = [...oracle.values()].filter((one) => isOfService(one, service));
          assert.deepEqual(ids(catalogue.find(service)).sort(), ids(expected).sort(), service);
        }
      }
    }),
  );
});
