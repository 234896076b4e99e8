import assert from "node:assert/strict";
import test from "node:test";
import type { PlainResponse } from "./http.ts";
import type { LogLevel } from "./logger.ts";
import { silentLogger } from "./logger.ts";
import { LoggingLevel, toggleLogging } from "./logging-level.ts";
import { simulatedClock } from "./simulated-clock.ts";

function fixture() {
  const clock = simulatedClock();
  const logger = { ...silentLogger, level: "info" as LogLevel };
  const logging = new LoggingLevel(logger, clock);
  const toggle = (query: string) => {
    const response = toggleLogging(logging, {
      method: "POST",
      path: "/logging/toggle",
      query: new URLSearchParams(query),
      headers: {},
      remoteAddress: "127.0.0.1",
      body: async () => new Uint8Array(),
      signal: new AbortController().signal,
    }) as PlainResponse;
    return { status: response.status, text: String(response.body ?? "") };
  };
  return { clock, logger, logging, toggle };
}

test("a later change replaces an earlier one and its end", () => {
  const { clock, logger, toggle } = fixture();
  assert.deepEqual(toggle("level=1&duration=10secs"), { status: 200, text: "" });
  toggle("level=3&duration=1mins");
  clock.advance(30_000);
  assert.deepEqual([toggle("").text, logger.level], ["3\n", "debug"]);
  toggle("level=0&duration=1mins");
  assert.deepEqual([toggle("").text, logger.level, clock.waiting], ["0\n", "info", 0]);
});

test("close() leaves no timer behind", () => {
  const { clock, logging } = fixture();
  logging.set(1, 10_000);
  assert.equal(clock.waiting, 1);
  logging.close();
  assert.equal(clock.waiting, 0);
});

const refusals: readonly (readonly [query: string, text: RegExp])[] = [
  ["level=1", /^Expecting 'duration=value' in query\.\n$/],
  ["duration=1secs", /^Expecting 'level=value' in query\.\n$/],
  ["level=x&duration=1secs", /^Failed to convert 'x' to number\.\n$/],
  ["level=-1&duration=1secs", /^Invalid level '-1'\.\n$/],
  ["level=1&duration=soon", /^'soon' is not a duration/],
];

for (const [query, text] of refusals) {
  test(`/logging/toggle?${query} is refused and changes nothing`, () => {
    const { logger, toggle } = fixture();
    const answer = toggle(query);
    assert.equal(answer.status, 400);
    assert.match(answer.text, text);
    assert.equal(logger.level, "info");
  });
}
