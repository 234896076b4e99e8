import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "@tavola/base";
import fc from "fast-check";
import { keeperOf } from "./lease-keeper.ts";
import { heardBefore, Leases } from "./leases.ts";

test("a lease is over once it was neither renewed nor everything counted as renewed for its time", () => {
  const leases = new Leases(30, instant(0));
  leases.renewed("a", instant(10));
  assert.equal(leases.isOver("a", instant(39)), false);
  assert.equal(leases.isOver("a", instant(40)), true);
  assert.equal(leases.isOver("never heard of", instant(29)), false);
  assert.equal(leases.isOver("never heard of", instant(30)), true);
  assert.equal(leases.isQuiet(instant(29)), true);
  assert.equal(leases.isQuiet(instant(35)), false);
  leases.allRenewed(instant(50));
  for (const id of ["a", "b"]) {
    assert.equal(leases.isOver(id, instant(79)), false);
    assert.equal(leases.isOver(id, instant(80)), true);
  }
});

test("what another server heard earlier does not take away what this one heard since", () => {
  const leases = new Leases(30, instant(0));
  leases.renewed("a", instant(100));
  leases.renewed("a", heardBefore(instant(110), 25));
  assert.equal(leases.ageMs("a", instant(110)), 10);
  assert.equal(leases.ageMs("a", instant(130)), undefined);
  assert.equal(leases.ageMs("b", instant(110)), undefined);
});

test("over() finds what isOver() says of each that is kept here, whatever came and went", () => {
  const ids = Array.from({ length: 12 }, (_, each) => `id-${each}`);
  const id = fc.constantFrom(...ids);
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom("known", "renewed", "forget"), id }),
    fc.constant({ kind: "allRenewed", id: "" }),
    fc.constant({ kind: "keepersChanged", id: "" }),
  );
  const leaseMs = 7;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const leases = new Leases(leaseMs, instant(0));
      const there = new Set<string>();
      let others = 2;
      for (const [at, { kind, id: touched }] of steps.entries()) {
        const now = instant(at);
        if (kind === "known" || kind === "renewed") there.add(touched);
        if (kind === "known") leases.known(touched);
        if (kind === "renewed") leases.renewed(touched, now);
        if (kind === "forget") {
          leases.forget(touched);
          there.delete(touched);
        }
        if (kind === "allRenewed") leases.allRenewed(now);
        if (kind === "keepersChanged") {
          others = others === 2 ? 3 : 2;
          leases.keepersChanged();
        }
        const isKeptHere = (each: string): boolean => ids.indexOf(each) % others === 0;
        const expected = [...there].filter((each) => isKeptHere(each) && leases.isOver(each, now));
        assert.deepEqual([...leases.over(now, isKeptHere)].sort(), expected.sort());
      }
    }),
  );
});

test("many leases at once are found again, each by its own time", () => {
  const count = 5_000;
  const leases = new Leases(1_000, instant(0));
  for (let each = 0; each < count; each += 1) leases.renewed(`id-${each}`, instant(each));
  const over = [...leases.over(instant(count), () => true)];
  assert.deepEqual(over.length, count - 1_000 + 1);
  assert.deepEqual(over.slice(-1), [`id-${count - 1_000}`]);
});

test("keeperOf(): every member agrees, whatever order they are known in, and a change moves few", () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), {
    minLength: 2,
    maxLength: 6,
  });
  fc.assert(
    fc.property(names, fc.uuid(), (members, id) => {
      const keeper = keeperOf(id, members);
      assert.ok(members.includes(keeper));
      assert.equal(keeperOf(id, members.toReversed()), keeper);
      const gone = members.find((member) => member !== keeper);
      const left = members.filter((member) => member !== gone);
      assert.equal(keeperOf(id, left), keeper, "what it keeps stays where it is");
    }),
  );
  const members = ["server-0000000001", "server-0000000002", "server-0000000003"];
  const counts = new Map(members.map((member) => [member, 0]));
  for (let each = 0; each < 3000; each += 1) {
    const keeper = keeperOf(`id-${each}`, members);
    counts.set(keeper, (counts.get(keeper) ?? 0) + 1);
  }
  for (const count of counts.values()) assert.ok(count > 800 && count < 1200, `${[...counts]}`);
});
