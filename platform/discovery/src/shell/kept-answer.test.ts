import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError, type Instant } from "@tavola/base";
import { type Clock, silentLogger } from "@tavola/host";
import { KeptAnswer } from "./kept-answer.ts";

const away = () => new CodedError("UNAVAILABLE", "nobody leads", {}, { transient: true });

/** A time that stands still until it is moved, and what was asked by then. */
function stage(answers: readonly (() => Promise<string>)[]) {
  let now = 0;
  let asked = 0;
  const late: (() => void)[] = [];
  const clock: Pick<Clock, "now" | "after"> = {
    now: () => now as Instant,
    after: (_ms, callback) => {
      late.push(callback);
      return { cancel: () => undefined };
    },
  };
  const kept = new KeptAnswer({
    what: "agents",
    ask: () => {
      asked += 1;
      return (answers[asked - 1] as () => Promise<string>)();
    },
    freshMs: 10_000,
    clock: clock as Clock,
    logger: silentLogger,
  });
  return {
    kept,
    asked: () => asked,
    pass: (ms: number) => {
      now += ms;
    },
    runOutOfPatience: () => late.splice(0).forEach((callback) => void callback()),
  };
}

test("an answer is asked for once while it is fresh, however many want it", async () => {
  const { kept, asked, pass } = stage([async () => "a", async () => "b"]);
  assert.deepEqual(await Promise.all([kept.get(), kept.get()]), ["a", "a"]);
  pass(9_999);
  assert.equal(await kept.get(), "a");
  assert.equal(asked(), 1);
  pass(1);
  assert.equal(await kept.get(), "b");
});

test("the old answer counts while there is no new one, which is not asked for all the time", async () => {
  const { kept, asked, pass } = stage([
    async () => "a",
    () => Promise.reject(away()),
    async () => "b",
  ]);
  await kept.get();
  pass(10_000);
  assert.equal(await kept.get(), "a");
  assert.equal(await kept.get(), "a");
  assert.equal(asked(), 2);
  pass(1_000);
  assert.equal(await kept.get(), "b");
});

test("nobody waits for long: the old answer is given, and the new one when it has come", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { kept, pass, runOutOfPatience } = stage([async () => "a", () => promise]);
  await kept.get();
  pass(10_000);
  const first = kept.get();
  runOutOfPatience();
  assert.equal(await first, "a");
  const second = kept.get();
  resolve("b");
  assert.equal(await second, "b");
});

test("what was never answered is UNAVAILABLE, with the reason", async () => {
  const { kept } = stage([() => Promise.reject(away())]);
  await assert.rejects(kept.get(), { code: "UNAVAILABLE", message: /agents .* nobody leads/ });
});
