import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { instant, later } from "@tavola/base";
import { CircuitBreaker } from "./circuit-breaker.ts";
import { mayRetry } from "./may-retry.ts";
import { RetryBudget } from "./retry-budget.ts";
import { TokenBucket } from "./token-bucket.ts";

const now = instant(1_000_000);

describe("TokenBucket", () => {
  test("gives a second's worth at once, then one each share of a second", () => {
    const bucket = new TokenBucket(4, now);
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => bucket.take(now)),
      [true, true, true, true, false],
    );
    assert.equal(bucket.waitMs(now), 250);
    assert.equal(bucket.take(later(now, 249)), false);
    assert.equal(bucket.take(later(now, 250)), true);
  });

  test("below one a second gives one, and the next when its time has come", () => {
    const bucket = new TokenBucket(0.5, now);
    assert.equal(bucket.take(now), true);
    assert.equal(bucket.take(later(now, 1999)), false);
    assert.equal(bucket.take(later(now, 2000)), true);
  });

  test("holds no more than that after a long silence, nor when time steps back", () => {
    const bucket = new TokenBucket(2, now);
    const much = later(now, 3_600_000);
    assert.deepEqual(
      [1, 2, 3].map(() => bucket.take(much)),
      [true, true, false],
    );
    assert.equal(bucket.take(now), false);
  });
});

describe("CircuitBreaker", () => {
  test("opens after failures in a row, lets one try, and closes when that succeeds", () => {
    const breaker = new CircuitBreaker(2, 1000);
    breaker.failed(now);
    breaker.succeeded();
    breaker.failed(now);
    assert.equal(breaker.admits(now), true);
    breaker.failed(now);
    assert.equal(breaker.admits(now), false);
    assert.equal(breaker.waitMs(later(now, 400)), 600);
    const after = later(now, 1000);
    assert.deepEqual([breaker.admits(after), breaker.admits(after)], [true, false]);
    breaker.succeeded();
    assert.equal(breaker.admits(after), true);
  });

  test("stays open when the one that tries fails, and lets another when it gave up", () => {
    const breaker = new CircuitBreaker(1, 1000);
    breaker.failed(now);
    const after = later(now, 1000);
    assert.equal(breaker.admits(after), true);
    breaker.gaveUp();
    assert.equal(breaker.admits(after), true);
    breaker.failed(after);
    assert.equal(breaker.admits(later(after, 999)), false);
    assert.equal(breaker.admits(later(after, 1000)), true);
  });
});

test("RetryBudget is a fifth of what is asked, beside what it began with", () => {
  const budget = new RetryBudget();
  let taken = 0;
  while (budget.take()) taken += 1;
  for (let i = 0; i < 100; i += 1) {
    budget.requestBegan();
    if (budget.take()) taken += 1;
  }
  assert.ok(taken >= 20 + 19 && taken <= 20 + 20, `${taken}`);
});

test("mayRetry() only what reached nobody, or is the same when done twice", () => {
  const asked = (method: string, isBodySent = false) => ({ method, isBodySent });
  assert.equal(mayRetry("connect", asked("POST")), true);
  assert.equal(mayRetry("connect-timeout", asked("POST")), true);
  assert.equal(mayRetry("closed", asked("GET")), true);
  assert.equal(mayRetry("closed", asked("PUT")), true);
  assert.equal(mayRetry("closed", asked("PUT", true)), false);
  assert.equal(mayRetry("closed", asked("POST")), false);
  assert.equal(mayRetry("timeout", asked("GET")), false);
  assert.equal(mayRetry("garbage", asked("GET")), false);
});
