import assert from "node:assert/strict";
import { test } from "node:test";
import { instant, seededRandom } from "@tavola/base";
import { ServerList } from "./server-list.ts";

const random = seededRandom(1);
const picks = (list: ServerList, now: number): readonly string[] =>
  [...new Set(Array.from({ length: 50 }, () => list.pick(instant(now), random)))].sort();

test("ServerList takes URLs and addresses, and refuses what is none", () => {
  assert.deepEqual(new ServerList("http://a:1/, b:2,http://a:1").all, ["http://a:1", "http://b:2"]);
  assert.deepEqual(new ServerList(["https://a/discovery/"]).all, ["https://a/discovery"]);
  for (const text of ["", "http://", "ftp://a", " ,b:1"]) {
    assert.throws(() => new ServerList(text), { code: "DISCOVERY_ADDRESS_INVALID" }, text);
  }
  assert.throws(() => new ServerList([]), { code: "DISCOVERY_ADDRESS_INVALID" });
});

test("ServerList spreads calls, and passes over who failed for a while, unless all have", () => {
  const list = new ServerList("a:1,b:2");
  assert.deepEqual(picks(list, 0), ["http://a:1", "http://b:2"]);
  list.failed("http://a:1", instant(0));
  assert.deepEqual(picks(list, 1), ["http://b:2"]);
  assert.deepEqual(picks(list, 10_000), ["http://a:1", "http://b:2"]);
  list.failed("http://b:2", instant(1));
  assert.deepEqual(picks(list, 2), ["http://a:1"]);
  list.failed("http://a:1", instant(3));
  assert.deepEqual(picks(list, 4), ["http://b:2"]);
  list.answered("http://a:1");
  assert.deepEqual(picks(list, 3), ["http://a:1"]);
});

test("ServerList learns servers, asks one that came back, and forgets those that are gone", () => {
  const list = new ServerList("a:1");
  list.learned(["http://a:1/", "http://b:2", "nonsense"]);
  assert.deepEqual(list.all, ["http://a:1", "http://b:2"]);
  list.failed("http://b:2", instant(0));
  list.learned([]);
  assert.deepEqual(list.all, ["http://a:1"]);
  list.learned(["http://b:2"]);
  assert.deepEqual(picks(list, 1), ["http://a:1", "http://b:2"]);
});
