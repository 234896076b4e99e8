import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@tavola/base";
import { announcementOf as of } from "../testing/scripted-discovery.ts";
import type { Announcement } from "./announcement.ts";
import { pickAtRandom, RoundRobin } from "./pick-instance.ts";
import { type PickerOptions, ServicePicker } from "./service-picker.ts";

const weighted = (weights: Readonly<Record<string, number>>) =>
  Object.entries(weights).map(([id, weight]) => ({ id, weight }));

function counts(picks: readonly (string | undefined)[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...Map.groupBy(picks, (id) => id ?? "none")].map(([id, all]) => [id, all.length]),
  );
}

test("pickAtRandom() gives each its share, and nothing to weight 0 while there is another", () => {
  const random = seededRandom(3);
  const many = Array.from(
    { length: 3000 },
    () => pickAtRandom(weighted({ a: 2, b: 1, c: 0 }), random)?.id,
  );
  const { a = 0, b = 0, c = 0 } = counts(many);
  assert.equal(c, 0);
  assert.ok(Math.abs(a / (a + b) - 2 / 3) < 0.05, `${a} of ${a + b}`);
  assert.equal(pickAtRandom(weighted({ c: 0 }), random)?.id, "c");
  assert.equal(pickAtRandom([], random), undefined);
});

test("RoundRobin goes round smoothly by weight, and on when instances come and go", () => {
  const robin = new RoundRobin();
  const take = (weights: Readonly<Record<string, number>>, times: number) =>
    Array.from({ length: times }, () => robin.pick(weighted(weights))?.id).join("");
  assert.equal(take({ a: 2, b: 1 }, 6), "abaaba");
  assert.deepEqual(counts([...take({ a: 1, b: 1, c: 1 }, 30)]), { a: 10, b: 10, c: 10 });
  assert.equal(take({ b: 1 }, 3), "bbb");
  assert.equal(robin.pick([]), undefined);
});

function pickerOf(list: readonly Announcement[], options: PickerOptions) {
  const box = { list };
  const watch = { find: () => box.list };
  return { box, picker: new ServicePicker(watch, "web", { ...options, random: seededRandom(1) }) };
}

test("ServicePicker takes its own zone first, and another when there is none", () => {
  const near = of("web", "near", { metadata: { zone: "z1" } });
  const far = of("web", "far", { metadata: { zone: "z2" } });
  const { box, picker } = pickerOf([near, far], { zone: "z1", strategy: "roundRobin" });
  assert.deepEqual([picker.pick()?.uri, picker.pick()?.uri], ["http://near", "http://near"]);
  box.list = [far];
  assert.equal(picker.pick()?.announcement, far);
  box.list = [];
  assert.equal(picker.pick(), undefined);
});

test("ServicePicker takes the one with the least to do for its weight", () => {
  const big = of("web", "big", { metadata: { weight: 2 } });
  const { picker } = pickerOf([of("web", "small"), big], { strategy: "leastLoaded" });
  const picked = Array.from({ length: 6 }, () => picker.pick());
  assert.deepEqual(counts(picked.map((each) => each?.uri)), { "http://big": 4, "http://small": 2 });
  for (const each of picked.filter((one) => one?.uri === "http://small")) {
    each?.done();
    each?.done();
  }
  assert.deepEqual([picker.pick()?.uri, picker.pick()?.uri], ["http://small", "http://small"]);
});
