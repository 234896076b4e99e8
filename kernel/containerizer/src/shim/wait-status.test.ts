import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodeOf, formatWaitStatus, signalOf } from "./wait-status.ts";

test("formatWaitStatus() says it in Mesos's words", () => {
  assert.equal(formatWaitStatus(0), "exited with status 0");
  assert.equal(formatWaitStatus(137 << 8), "exited with status 137");
  assert.equal(formatWaitStatus(9), "terminated with signal Killed");
  assert.equal(formatWaitStatus(15), "terminated with signal Terminated");
  assert.equal(formatWaitStatus(6 | 0x80), "terminated with signal Aborted (core dumped)");
  assert.equal(formatWaitStatus(36), "terminated with signal Real-time signal 2");
  assert.equal(formatWaitStatus(33), "terminated with signal Unknown signal 33");
});

test("signalOf() and exitCodeOf() take a status apart", () => {
  assert.deepEqual([signalOf(9), signalOf(11 | 0x80), signalOf(9 << 8)], [9, 11, undefined]);
  assert.deepEqual([exitCodeOf(9 << 8), exitCodeOf(255 << 8)], [9, 255]);
});
