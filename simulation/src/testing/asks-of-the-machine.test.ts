import assert from "node:assert/strict";
import { test } from "node:test";
import { addSystemMetrics, createMetrics, makeDirectory, systemClock } from "@tavola/host";
import { asksOfTheMachine } from "./asks-of-the-machine.ts";

test("what asks for a timer, the load or a file is named with the line that asked", async () => {
  const metrics = createMetrics();
  addSystemMetrics(metrics);
  const asks = await asksOfTheMachine(async () => {
    systemClock()
      .after(0, () => {})
      .cancel();
    metrics.snapshot();
    await makeDirectory("/tmp");
  });
  for (const expected of [
    /^Timeout \/kernel\/host\/src\/clock\.ts:\d+$/,
    /^loadavg \/kernel\/host\/src\/system-metrics\.ts:\d+$/,
    /^FSREQPROMISE \/kernel\/host\/src\/.*\.ts:\d+$/,
  ]) {
    assert.ok(
      asks.some((ask) => expected.test(ask)),
      `${expected}: ${asks.join("; ")}`,
    );
  }
});

test("promises and ticks need no machine", async () => {
  const ticks = (): Promise<void> =>
    new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
  assert.deepEqual(await asksOfTheMachine(ticks), []);
});
