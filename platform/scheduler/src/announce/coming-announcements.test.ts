import assert from "node:assert/strict";
import { test } from "node:test";
import { simulatedClock } from "@tavola/host";
import { ComingAnnouncements } from "./coming-announcements.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

function started() {
  const clock = simulatedClock();
  const coming = new ComingAnnouncements(clock);
  const told: string[] = [];
  const cut = new AbortController();
  const wait = (requestId: string): void => {
    const waited = coming.none(requestId, { withinMs: 1_000, signal: cut.signal });
    void waited.then(() => told.push(requestId));
  };
  return { clock, coming, told, wait, cut };
}

test("none() waits until every announcement of the request was taken or refused, and for no other's", async () => {
  const { clock, coming, told, wait } = started();
  const [first, second, others] = [1, 2, 3].map(() => Promise.withResolvers<void>());
  coming.add("web", first?.promise ?? assert.fail());
  coming.add("other", others?.promise ?? assert.fail());
  wait("web");
  // What is added in the same go counts as well.
  coming.add("web", second?.promise ?? assert.fail());
  first?.resolve();
  await settled();
  assert.deepEqual(told, []);
  second?.reject(new Error("refused"));
  await settled();
  wait("web");
  await settled();
  assert.deepEqual(told, ["web", "web"]);
  assert.equal(clock.waiting, 0);
});

test("none() waits no longer than it was told, nor after it was cut off", async () => {
  const { clock, coming, told, wait, cut } = started();
  coming.add("web", new Promise(() => undefined));
  wait("web");
  await clock.advanceSettling(999);
  assert.deepEqual(told, []);
  await clock.advanceSettling(1);
  assert.deepEqual(told, ["web"]);
  wait("web");
  await settled();
  cut.abort();
  await settled();
  assert.deepEqual(told, ["web", "web"]);
  assert.equal(clock.waiting, 0);
});
