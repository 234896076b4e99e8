import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { minuteMs } from "@tavola/base";
import { type SimulatedClock, silentLogger, simulatedClock } from "@tavola/host";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { waitFor } from "../testing/wait-until.ts";
import { SandboxCollector } from "./sandbox-collector.ts";

const delayMs = 60 * minuteMs;

interface Collected {
  readonly collector: SandboxCollector;
  readonly clock: SimulatedClock;
  usage: number;
}

async function collecting(workDir: string): Promise<Collected> {
  const clock = simulatedClock();
  const disk = { usage: 0 };
  const collector = new SandboxCollector({
    workDir,
    delayMs,
    headroom: 0.1,
    watchIntervalMs: minuteMs,
    clock,
    logger: silentLogger,
    diskUsage: async () => disk.usage,
  });
  await waitFor("the first look at the disk", () => collector.maxAgeMs < delayMs);
  return {
    collector,
    clock,
    get usage() {
      return disk.usage;
    },
    set usage(usage) {
      disk.usage = usage;
    },
  };
}

function made(workDir: string, name: string): string {
  const path = join(workDir, name);
  mkdirSync(path, { recursive: true });
  return path;
}

test("a directory goes when it is as old as the disk allows, the oldest first", async (t) => {
  const workDir = await temporaryFolder(t);
  const { collector, clock } = await collecting(workDir);
  assert.equal(collector.maxAgeMs, 0.9 * delayMs);
  const [first, second] = [made(workDir, "first"), made(workDir, "second")];
  collector.schedule(first);
  clock.advance(10 * minuteMs);
  collector.schedule(second);
  clock.advance(43 * minuteMs);
  assert.equal(collector.pending, 2);
  clock.advance(minuteMs);
  await waitFor("the first to go", () => !existsSync(first));
  assert.ok(existsSync(second));
  await waitFor("the end of the removal", () => collector.succeeded === 1);
  assert.equal(collector.pending, 1);
  clock.advance(10 * minuteMs);
  await waitFor("the second to go", () => !existsSync(second));
  await collector.close();
});

test("a disk that fills up shortens everybody's time", async (t) => {
  const workDir = await temporaryFolder(t);
  const collected = await collecting(workDir);
  const { collector, clock } = collected;
  const path = made(workDir, "sandbox");
  collector.schedule(path);
  clock.advance(minuteMs);
  collected.usage = 0.95;
  await clock.advanceSettling(minuteMs);
  assert.equal(collector.maxAgeMs, 0);
  await clock.advanceSettling(1);
  await waitFor("it to go", () => !existsSync(path));
  await collector.close();
});

test("what is needed again stays, but its old runs keep their time", async (t) => {
  const workDir = await temporaryFolder(t);
  const { collector, clock } = await collecting(workDir);
  const executor = made(workDir, "executors/one");
  const run = made(workDir, "executors/one/runs/c1");
  collector.schedule(executor);
  clock.advance(50 * minuteMs);
  assert.equal(collector.unschedule(executor), undefined);
  made(workDir, "executors/one/runs/c2");
  clock.advance(4 * minuteMs);
  await waitFor("the old run to go", () => !existsSync(run));
  assert.ok(existsSync(join(executor, "runs/c2")));
  await collector.close();
});

test("a removal under way can be waited for", async (t) => {
  const workDir = await temporaryFolder(t);
  const { collector, clock } = await collecting(workDir);
  const path = made(workDir, "sandbox");
  collector.schedule(path);
  clock.advance(54 * minuteMs);
  const removal = collector.unschedule(path);
  assert.ok(removal !== undefined);
  await removal;
  assert.equal(existsSync(path), false);
  assert.equal(collector.unschedule(path), undefined);
  await collector.close();
});

test("what cannot be removed is counted, and the next goes", async (t) => {
  const workDir = await temporaryFolder(t);
  const { collector, clock } = await collecting(workDir);
  const path = made(workDir, "sandbox");
  // Longer than any path may be.
  collector.schedule(join(workDir, "x".repeat(5000)));
  collector.schedule(path);
  clock.advance(54 * minuteMs);
  await waitFor("the failure", () => collector.failed === 1);
  await clock.advanceSettling(1);
  await waitFor("the other to go", () => !existsSync(path));
  await collector.close();
});
