/** Processes as /proc shows them. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import {
  descendantsOf,
  identityOf,
  isRunning,
  type ProcessEntry,
  parseProcessStat,
  readProcess,
  readProcesses,
  readProcessMemory,
} from "./process-table.ts";
import { waitUntil } from "./testing/wait-until.ts";

test("parseProcessStat() reads a line whose name has spaces and brackets", () => {
  const line =
    "4711 (a) b (c) S 1 4711 4700 0 -1 4194560 100 0 0 0 12 34 0 0 20 0 3 0 987654 1000000 256 18446744073709551615";
  assert.deepEqual(parseProcessStat(line), {
    pid: 4711,
    name: "a) b (c",
    state: "S",
    parent: 1,
    group: 4711,
    session: 4700,
    userTicks: 12,
    systemTicks: 34,
    threads: 3,
    startTicks: 987_654,
    rssBytes: 1_048_576,
  });
  assert.equal(parseProcessStat(""), undefined);
});

test("this process is found, with its parent and its memory", async () => {
  const self = readProcess(process.pid);
  assert.equal(self?.parent, process.ppid);
  assert.ok((self?.rssBytes ?? 0) > 10_000_000);
  assert.ok((self?.threads ?? 0) > 1);
  assert.ok(readProcesses().some((entry) => entry.pid === process.pid));
  const memory = await readProcessMemory(process.pid);
  assert.ok((memory?.rssBytes ?? 0) > 10_000_000);
  assert.ok((memory?.pssBytes ?? 1) <= (memory?.rssBytes ?? 0));
});

test("isRunning() is true of the same process only, and not of one that is dead but not reaped", async () => {
  const identity = identityOf(process.pid);
  assert.ok(identity !== undefined);
  assert.equal(isRunning(identity), true);
  assert.equal(isRunning({ ...identity, startTicks: identity.startTicks + 1 }), false);
  // The shell does not reap what it started before it became `sleep`.
  const parent = spawn("sh", ["-c", "sleep 0.01 & echo $!; exec sleep 60"]);
  const [pid] = await once(parent.stdout, "data");
  const zombie = Number(String(pid));
  await waitUntil(() => readProcess(zombie)?.state === "Z", "a zombie");
  const dead = identityOf(zombie);
  assert.ok(dead !== undefined);
  assert.equal(isRunning(dead), false);
  const exit = once(parent, "exit");
  parent.kill("SIGKILL");
  await exit;
});

test("there is nothing to read of a process that is not there", async () => {
  const child = spawn("true");
  await once(child, "exit");
  assert.equal(readProcess(child.pid ?? 0), undefined);
  assert.equal(identityOf(child.pid ?? 0), undefined);
  assert.equal(await readProcessMemory(child.pid ?? 0), undefined);
});

test("descendantsOf() gives the root, then its children, then theirs", () => {
  const entry = (pid: number, parent: number): ProcessEntry => ({
    pid,
    parent,
    name: "x",
    state: "S",
    group: pid,
    session: pid,
    threads: 1,
    userTicks: 0,
    systemTicks: 0,
    startTicks: 0,
    rssBytes: 0,
  });
  const processes = [entry(5, 4), entry(2, 1), entry(3, 2), entry(4, 2), entry(9, 1)];
  assert.deepEqual(
    descendantsOf(2, processes).map(({ pid }) => pid),
    [2, 3, 4, 5],
  );
  assert.deepEqual(descendantsOf(7, processes), []);
});
