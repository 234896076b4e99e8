import assert from "node:assert/strict";
import { test } from "node:test";
import { onAbort } from "./on-abort.ts";

test("all who wait are told once, in their order, but for those who took it back", () => {
  const end = new AbortController();
  const told: string[] = [];
  const tell = (name: string) => () => void told.push(name);
  onAbort(end.signal, tell("a"));
  const takeBack = onAbort(end.signal, tell("b"));
  let takeBackLate = (): void => undefined;
  onAbort(end.signal, () => takeBackLate());
  takeBackLate = onAbort(end.signal, tell("late"));
  const both = tell("both");
  onAbort(end.signal, both);
  onAbort(end.signal, both);
  takeBack();
  takeBack();
  end.abort();
  assert.deepEqual(told, ["a", "both", "both"]);
});

test("nobody is told of what was over before, or has no signal", () => {
  const fail = (): void => assert.fail("told");
  onAbort(AbortSignal.abort(), fail)();
  onAbort(undefined, fail)();
});

test("a signal that nobody waits for any more has no listener, and can be waited for again", () => {
  const end = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = end.signal;
  end.signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listeners += 1;
    addEventListener.apply(end.signal, given);
  };
  end.signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listeners -= 1;
    removeEventListener.apply(end.signal, given);
  };
  const first = onAbort(end.signal, () => undefined);
  const second = onAbort(end.signal, () => undefined);
  assert.equal(listeners, 1);
  first();
  second();
  assert.equal(listeners, 0);
  let told = 0;
  onAbort(end.signal, () => {
    told += 1;
  });
  end.abort();
  assert.equal(told, 1);
});
