import assert from "node:assert/strict";
import { test } from "node:test";
import { simulatedClock } from "@tavola/host";
import type { Announcement } from "../core/announcement.ts";
import { Directory } from "./directory.ts";

const announcement: Announcement = {
  id: "a",
  serviceType: "web",
  feature: undefined,
  json: '{"announcementId":"a","serviceType":"web","serviceUri":"http://10.0.0.1"}',
  owner: undefined,
};

test("what a server with a longer lease brings back it did not hear anew: in the end it is gone", () => {
  const clock = simulatedClock();
  const directory = new Directory({ clock, leaseMs: 30_000 });
  const missed: string[] = [];
  directory.onChanged = (_changes, again) => missed.push(...again.map(({ id }) => id));
  directory.reset("generation", 1, []);
  directory.apply({ index: 2, operations: [{ kind: "put", announcement }] });
  // Another server's lease is 10 s.
  clock.advance(10_000);
  directory.apply({ index: 3, operations: [{ kind: "expire", id: "a" }] });
  assert.deepEqual(missed, ["a"]);
  directory.apply({ index: 4, operations: [{ kind: "put", announcement }] });
  assert.equal(directory.leases.ageMs("a", clock.now()), 10_000);
  clock.advance(20_000);
  directory.apply({ index: 5, operations: [{ kind: "expire", id: "a" }] });
  assert.deepEqual(missed, ["a"], "its lease is over here, too");
  // Whoever announces it from now on is heard.
  directory.apply({ index: 6, operations: [{ kind: "put", announcement }] });
  assert.equal(directory.leases.ageMs("a", clock.now()), 0);
  directory.close();
});
