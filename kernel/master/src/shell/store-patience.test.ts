import assert from "node:assert/strict";
import test from "node:test";
import { CodedError } from "@tavola/base";
import { simulatedClock } from "@tavola/host";
import { untilDone } from "./store-patience.ts";

function patience(signal = new AbortController().signal) {
  const clock = simulatedClock();
  return {
    clock,
    patience: { clock, timeoutMs: 2000, what: "write it", flag: "some_timeout", signal },
  };
}

const away = (): CodedError =>
  new CodedError("UNAVAILABLE", "nobody there", {}, { transient: true });

test("untilDone() tries again while the store is away, ever less often, and gives what comes in the end", async () => {
  const { clock, patience: options } = patience();
  const at: number[] = [];
  const done = untilDone(options, async () => {
    at.push(clock.now() - 1000);
    if (at.length < 4) throw away();
    return "value";
  });
  await clock.advanceSettling(2000);
  assert.equal(await done, "value");
  assert.deepEqual(at, [0, 50, 150, 350]);
});

test("untilDone() gives up after the whole time, and says the flag and the last reason", async () => {
  const { clock, patience: options } = patience();
  const done = untilDone(options, async () => Promise.reject(away()));
  const failed = assert.rejects(done, (error: CodedError) => {
    assert.equal(
      error.message,
      "cannot write it: the store did not take it within 2 s (--some_timeout)",
    );
    assert.match(String((error.cause as Error).message), /nobody there/);
    return true;
  });
  await clock.advanceSettling(2100);
  await failed;
});

test("untilDone() does not wait for a store that hangs, nor for one that says no", async () => {
  const { clock, patience: options } = patience();
  const hanging = assert.rejects(
    untilDone(options, () => new Promise(() => {})),
    { code: "STORE_TIMED_OUT" },
  );
  await clock.advanceSettling(2100);
  await hanging;
  const refusal = new CodedError("UNAUTHORIZED", "no");
  await assert.rejects(
    untilDone(options, async () => Promise.reject(refusal)),
    refusal,
  );
});

test("untilDone() ends with the master", async () => {
  const closing = new AbortController();
  const { patience: options } = patience(closing.signal);
  const done = assert.rejects(
    untilDone(options, async () => Promise.reject(away())),
    { code: "CLOSED" },
  );
  closing.abort();
  await done;
});
