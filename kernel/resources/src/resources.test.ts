/** What `Resources` does with kinds that are not plain amounts; the laws are in the property test. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { milli } from "@tavola/base";
import type { Resource } from "@tavola/protocol";
import { Resources } from "./resources.ts";

function cpus(value: number, rest: Partial<Resource> = {}): Resource {
  return { name: "cpus", type: "SCALAR", scalar: { value }, ...rest };
}

function disk(value: number, rest: Partial<Resource> = {}): Resource {
  return { name: "disk", type: "SCALAR", scalar: { value }, ...rest };
}

const volume = disk(64, {
  reservations: [{ type: "DYNAMIC", role: "eng" }],
  disk: { persistence: { id: "vol-1" }, volume: { mode: "RW", container_path: "data" } },
});

test("amounts are exact thousandths", () => {
  const sum = Resources.of([cpus(0.1), cpus(0.2)]);
  equal(sum.scalar("cpus"), milli(0.3));
  equal(String(sum), "cpus:0.3");
  ok(Resources.of([cpus(0.3)]).equals(sum));
  // A framework that divides by three gets what Mesos would give it.
  equal(String(Resources.of([cpus(1 / 3)])), "cpus:0.333");
});

test("of() leaves out what is invalid or empty", () => {
  ok(Resources.of([cpus(-1), cpus(0), { name: "", type: "SCALAR", scalar: { value: 1 } }]).isEmpty);
  ok(Resources.of([{ name: "ports", type: "RANGES", ranges: {} }]).isEmpty);
});

test("amounts of different owners are kept apart", () => {
  const kinds: Partial<Resource>[] = [
    {},
    { reservations: [{ type: "STATIC", role: "eng" }] },
    { reservations: [{ type: "DYNAMIC", role: "eng" }] },
    { reservations: [{ type: "DYNAMIC", role: "eng", principal: "" }] },
    { reservations: [{ type: "DYNAMIC", role: "eng", principal: "ops" }] },
    { reservations: [{ type: "DYNAMIC", role: "eng", labels: {} }] },
    { reservations: [{ type: "DYNAMIC", role: "eng", labels: { labels: [{ key: "a" }] } }] },
    {
      reservations: [
        { type: "STATIC", role: "eng" },
        { type: "DYNAMIC", role: "eng/dev" },
      ],
    },
    { revocable: {} },
    { provider_id: { value: "csi" } },
    { allocation_info: { role: "web" } },
  ];
  const bag = Resources.of(kinds.map((kind) => cpus(1, kind)));
  equal(bag.toList().length, kinds.length);
  equal(bag.scalar("cpus"), milli(kinds.length));
  for (const kind of kinds) {
    ok(bag.contains(Resources.of([cpus(1, kind)])));
    ok(!bag.contains(Resources.of([cpus(1.001, kind)])));
  }
});

test("labels are the same in any order", () => {
  const withLabels = (...keys: string[]) =>
    cpus(1, {
      reservations: [
        { type: "DYNAMIC", role: "eng", labels: { labels: keys.map((key) => ({ key })) } },
      ],
    });
  equal(Resources.of([withLabels("a", "b"), withLabels("b", "a")]).toList().length, 1);
});

test("the pre-refinement form is read as what it says", () => {
  const bag = Resources.of([
    cpus(1, { role: "*" }),
    cpus(2, { role: "eng" }),
    cpus(4, { role: "eng", reservation: { principal: "ops" } }),
  ]);
  equal(
    String(bag),
    "cpus:1; cpus(reservations: [(STATIC,eng)]):2; cpus(reservations: [(DYNAMIC,eng,ops)]):4",
  );
  equal(bag.unreserved().scalar("cpus"), milli(1));
  equal(bag.reserved().get("eng")?.scalar("cpus"), milli(6));
  deepEqual(bag.toPreRefinement(), [
    cpus(1, { role: "*" }),
    cpus(2, { role: "eng" }),
    cpus(4, { role: "eng", reservation: { principal: "ops" } }),
  ]);
});

test("the endpoint form has both", () => {
  const bag = Resources.of([cpus(1), cpus(2, { role: "eng", reservation: {} })]);
  deepEqual(bag.toEndpointForm(), [
    cpus(1, { role: "*" }),
    cpus(2, {
      role: "eng",
      reservation: {},
      reservations: [{ type: "DYNAMIC", role: "eng" }],
    }),
  ]);
});

test("a refined reservation has no older form", () => {
  const refined = cpus(1, {
    reservations: [
      { type: "STATIC", role: "eng" },
      { type: "DYNAMIC", role: "eng/dev" },
    ],
  });
  const bag = Resources.of([refined]);
  deepEqual(bag.toPreRefinement(), [refined]);
  ok(bag.withoutRefinedReservations().isEmpty);
  ok(bag.allocatableTo("eng/dev/x").equals(bag));
  ok(bag.allocatableTo("eng").isEmpty);
});

test("a persistent volume is whole: no part of it can be taken, and two are not one", () => {
  const bag = Resources.of([volume, disk(100)]);
  equal(bag.toList().length, 2);
  const part = { ...volume, scalar: { value: 32 } };
  ok(!bag.contains(Resources.of([part])));
  ok(bag.minus(Resources.of([part])).equals(bag));
  equal(String(bag.minus(Resources.of([volume]))), "disk:100");
  const two = Resources.of([volume, volume]);
  equal(two.toList().length, 2);
  ok(!bag.contains(two), "what is there once is not contained twice");
});

test("how a volume is used does not make it another volume", () => {
  const elsewhere = {
    ...volume,
    disk: {
      persistence: { id: "vol-1", principal: "ops" },
      volume: { mode: "RO" as const, container_path: "other" },
    },
  };
  ok(Resources.of([volume]).contains(Resources.of([elsewhere])));
});

test("a MOUNT disk is whole, a PATH disk is divisible", () => {
  const source = (type: "MOUNT" | "PATH") => ({ disk: { source: { type } } });
  const mount = Resources.of([disk(100, source("MOUNT"))]);
  const path = Resources.of([disk(100, source("PATH"))]);
  ok(!mount.contains(Resources.of([disk(10, source("MOUNT"))])));
  ok(path.contains(Resources.of([disk(10, source("PATH"))])));
  equal(mount.plus(mount).toList().length, 2);
  equal(path.plus(path).toList().length, 1);
});

test("a shared volume is held several times, with a count", () => {
  const shared = { ...volume, shared: {} };
  const once = Resources.of([shared]);
  const twice = once.plus(once);
  equal(String(twice), "disk(reservations: [(DYNAMIC,eng)])[vol-1:data]<SHARED>:64<2>");
  equal(twice.toList().length, 2);
  ok(twice.contains(once) && !once.contains(twice));
  ok(twice.minus(once).equals(once));
  ok(once.minus(once).isEmpty);
  ok(twice.nonShared().isEmpty && twice.shared().equals(twice));
});

test("toString() prints as Mesos does", () => {
  equal(String(Resources.empty), "{}");
  const bag = Resources.of([
    cpus(0.5, { allocation_info: { role: "web" } }),
    cpus(1, { revocable: {} }),
    {
      name: "ports",
      type: "RANGES",
      ranges: {
        range: [
          { begin: 5, end: 6 },
          { begin: 1, end: 2 },
        ],
      },
    },
    { name: "nics", type: "SET", set: { item: ["b", "a"] } },
    disk(9, { disk: { source: { type: "MOUNT", mount: { root: "/data" } } } }),
    disk(8, { disk: { source: { type: "RAW", vendor: "v", id: "i", profile: "p" } } }),
  ]);
  equal(
    String(bag),
    "cpus(allocated: web):0.5; cpus{REV}:1; ports:[1-2, 5-6]; nics:{a, b}; disk[MOUNT:/data]:9; disk[RAW(v,i,p)]:8",
  );
});

test("messages of an unchanged amount are made once", () => {
  const bag = Resources.of([cpus(4), disk(10)]);
  equal(bag.toList(), bag.toList());
  equal(bag.minus(Resources.of([cpus(1)])).toList()[1], bag.toList()[1]);
});
