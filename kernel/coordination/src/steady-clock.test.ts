import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { steadyClock } from "./steady-clock.ts";

test("steadyClock() is the same in every process of the machine", () => {
  const before = steadyClock().now();
  const { stdout } = spawnSync(process.execPath, [
    "-p",
    "const [s, ns] = process.hrtime(); s * 1000 + ns / 1e6",
  ]);
  const there = Number(stdout.toString());
  const after = steadyClock().now();
  assert.ok(before < there && there < after, `${before} < ${there} < ${after}`);
});
