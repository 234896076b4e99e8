/** Calls while nobody leads, or something behind the API fails. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError } from "@tavola/base";
import { simulatedClock } from "@tavola/host";
import { ApiFixture } from "./testing/api-fixture.ts";

test("without a leader, or with two that take each other for it, the answer is 503", async () => {
  const alone = new ApiFixture({
    context: { engine: () => undefined, leaderUrl: () => undefined },
  });
  assert.equal((await alone.call("GET", "/requests")).status, 503);
  const full = new ApiFixture({
    context: {
      engine: () => undefined,
      leaderUrl: () => undefined,
      storeTrouble: () => "/var/scheduler.db: the disk that holds it is full",
    },
  });
  assert.equal(
    (await full.call("GET", "/requests")).text.trim(),
    "No scheduler leads at the moment: /var/scheduler.db: the disk that holds it is full; try again in a few seconds",
  );
  const lost = new ApiFixture({
    context: { engine: () => undefined, leaderUrl: () => "http://127.0.0.1:1" },
  });
  assert.match(
    (await lost.call("GET", "/requests")).text,
    /^The leading scheduler at .* did not answer/,
  );
  const ball = await lost.call("GET", "/requests", { headers: { "x-tavola-proxied": "true" } });
  assert.equal(ball.status, 503);
});

test("a store or a database that fails is 503 with the reason; a bug is 500 without", async () => {
  const failing = (error: unknown) => {
    const api = new ApiFixture();
    const engine = { ...api.context.engine(), decide: () => Promise.reject(error) } as never;
    return new ApiFixture({ context: { engine: () => engine } });
  };
  const body = { id: "r", requestType: "WORKER" };
  const away = failing(
    new CodedError("UNAVAILABLE", "the store cannot be reached", {}, { transient: true }),
  );
  const answer = await away.call("POST", "/requests", { body });
  assert.deepEqual([answer.status, answer.text], [503, "the store cannot be reached"]);
  const broken = await failing(new TypeError("secret detail")).call("POST", "/requests", { body });
  assert.equal(broken.status, 500);
  assert.doesNotMatch(broken.text, /secret/);
});

test("whoever waits for a store that takes nothing is told why", async () => {
  const clock = simulatedClock();
  const stuck = { ...new ApiFixture().context.engine(), trouble: "the disk is full" };
  const engine = { ...stuck, decide: () => new Promise(() => {}) } as never;
  const api = new ApiFixture({ context: { engine: () => engine, clock } });
  const answer = api.call("POST", "/requests", { body: { id: "r", requestType: "WORKER" } });
  await clock.advanceSettling(3000);
  const { status, text } = await answer;
  assert.deepEqual([status, text.includes("the disk is full")], [503, true]);
});
