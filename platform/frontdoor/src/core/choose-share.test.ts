import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@tavola/base";
import { chooseShare, type SplitAction, stickyValue } from "./choose-share.ts";

const split: SplitAction = {
  kind: "split",
  shares: [
    { service: "a", weight: 90 },
    { service: "b", weight: 10 },
    { service: "c", weight: 0 },
  ],
  stickyCookie: "variant",
};

test("chooseShare() gives each share its weight, and one of weight 0 nothing", () => {
  const random = seededRandom(1);
  const counts = new Map<string, number>();
  for (let n = 0; n < 10_000; n += 1) {
    const { service } = chooseShare(split, random, undefined);
    counts.set(service, (counts.get(service) ?? 0) + 1);
  }
  const b = counts.get("b") ?? 0;
  assert.ok(b > 850 && b < 1150, String(b));
  assert.equal(counts.get("c"), undefined);
});

test("chooseShare() takes the last share that has a weight when the dice show the most", () => {
  assert.equal(chooseShare(split, { next: () => 1 - 2 ** -53 }, undefined).service, "b");
  assert.equal(chooseShare(split, { next: () => 0 }, undefined).service, "a");
});

test("chooseShare() sends who has been somewhere there again, unless its share is 0", () => {
  const random = { next: () => 0 };
  assert.deepEqual(chooseShare(split, random, stickyValue("b")), {
    service: "b",
    cookie: undefined,
  });
  const fresh = { service: "a", cookie: stickyValue("a") };
  assert.deepEqual(chooseShare(split, random, stickyValue("c")), fresh);
  assert.deepEqual(chooseShare(split, random, "made up"), fresh);
  assert.deepEqual(chooseShare(split, random, undefined), fresh);
  assert.equal(stickyValue("a"), "e40c292c");
});
