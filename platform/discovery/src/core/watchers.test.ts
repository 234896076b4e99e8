import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "@tavola/base";
import { Catalogue } from "./catalogue.ts";
import { everything } from "./filter.ts";
import { type Update, Watchers } from "./watchers.ts";

test("who waits for an index that the store never held is given everything once that is known", () => {
  const catalogue = new Catalogue();
  catalogue.reset("generation", 7, []);
  const watchers = new Watchers(catalogue);
  const told = new Map<number, Update | "nothing">();
  for (const since of [8, 9, 1000]) {
    const tell = (update: Update | "nothing"): void => void told.set(since, update);
    watchers.add({ filter: everything, since }, instant(0), 30_000, tell);
  }
  watchers.caughtUp();
  assert.deepEqual([...told.keys()].sort(), [1000, 9]);
  assert.equal(watchers.size, 1, "8 is what comes next");
  for (const update of told.values()) {
    assert.ok(update !== "nothing" && update.json.startsWith('{"fullUpdate":true,"index":7,'));
  }
});
