import assert from "node:assert/strict";
import test from "node:test";
import { operatorFixture } from "../testing/operator-fixture.ts";
import { ask } from "../testing/requests.ts";

const headers = { "Content-Type": "application/json" };

async function call(handle: ReturnType<typeof operatorFixture>["handle"], body: object) {
  return ask(handle, "/api/v1", { method: "POST", headers, body: JSON.stringify(body) });
}

test("SET_LOGGING_LEVEL raises the log level and lets it fall back", async () => {
  const { handle, clock, logger } = operatorFixture();
  const part = { level: 2, duration: { nanoseconds: 60e9 } };
  assert.equal(
    (await call(handle, { type: "SET_LOGGING_LEVEL", set_logging_level: part })).status,
    200,
  );
  assert.equal(logger.level, "debug");
  const { text } = await call(handle, { type: "GET_LOGGING_LEVEL" });
  assert.equal(text, '{"type":"GET_LOGGING_LEVEL","get_logging_level":{"level":2}}');
  clock.advance(59_999);
  assert.equal(logger.level, "debug");
  clock.advance(1);
  assert.equal(logger.level, "info");
  assert.equal((await ask(handle, "/logging/toggle")).text, "0\n");
});

test("close() leaves no timer behind", async () => {
  const fixture = operatorFixture();
  await ask(fixture.handle, "/logging/toggle?level=1&duration=10secs");
  fixture.close();
  assert.equal(fixture.clock.waiting, 0);
});
