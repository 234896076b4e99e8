/** Starting, signalling and waiting for real processes. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "./clock.ts";
import { identityOf, isRunning, readProcess, readProcesses } from "./process-table.ts";
import { signalGroup, signalProcess, signalTree, spawnDetached, waitForEnd } from "./processes.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";
import { waitUntil } from "./testing/wait-until.ts";

const clock = systemClock();
const environment = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };

test("spawnDetached() starts a session of its own with just the environment, folder and files given", async (context) => {
  const folder = await temporaryFolder(context);
  const output = openSync(join(folder, "out"), "w");
  const child = await spawnDetached({
    argv: ["sh", "-c", "env; pwd; ps -o sid= -p $$; exit 7"],
    environment: { ...environment, ONLY: "this" },
    directory: folder,
    stdio: ["ignore", output, output],
  });
  assert.deepEqual(await child.ended, { kind: "exited", code: 7 });
  const lines = readFileSync(join(folder, "out"), "utf8").trim().split("\n");
  assert.ok(lines.includes("ONLY=this"));
  assert.ok(!lines.some((line) => line.startsWith("HOME=")));
  assert.ok(lines.includes(folder));
  assert.equal(Number(lines.at(-1)), child.pid);
});

test("spawnDetached() tells exit 137 from SIGKILL", async () => {
  const exits = await spawnDetached({ argv: ["sh", "-c", "exit 137"], environment });
  const dies = await spawnDetached({ argv: ["sh", "-c", "kill -KILL $$"], environment });
  assert.deepEqual(await exits.ended, { kind: "exited", code: 137 });
  assert.deepEqual(await dies.ended, { kind: "signalled", signal: "SIGKILL" });
});

test("spawnDetached() rejects with CANNOT_START where there is no such program or folder", async () => {
  await assert.rejects(spawnDetached({ argv: ["/no/such/program"], environment }), {
    code: "CANNOT_START",
    message: /no\/such\/program/,
  });
  await assert.rejects(spawnDetached({ argv: ["true"], environment, directory: "/no/such" }), {
    code: "CANNOT_START",
  });
});

test("signalProcess() sends to the process that is meant and to no other under its pid", async () => {
  const child = await spawnDetached({ argv: ["sleep", "60"], environment });
  const other = { pid: child.pid, startTicks: child.startTicks + 1 };
  assert.equal(signalProcess(other, "SIGKILL"), "gone");
  assert.equal(isRunning(child), true);
  assert.equal(signalProcess(child, "SIGTERM"), "sent");
  assert.deepEqual(await child.ended, { kind: "signalled", signal: "SIGTERM" });
  assert.equal(signalProcess(child, "SIGTERM"), "gone");
  assert.equal(signalGroup(child.pid, "SIGTERM"), "gone");
});

test("waitForEnd() sees the end of a process that is not our child", async () => {
  // Its parent is the shell, which prints its pid and waits for it.
  const shell = spawn("sh", ["-c", "sleep 60 & echo $!; wait"]);
  const shellExit = once(shell, "exit");
  const [pid] = await once(shell.stdout, "data");
  const identity = identityOf(Number(String(pid)));
  assert.ok(identity !== undefined);
  let over = false;
  const waiting = waitForEnd(identity, { clock }).then(() => {
    over = true;
  });
  const gaveUp = new AbortController();
  const impatient = waitForEnd(identity, { clock, signal: gaveUp.signal });
  gaveUp.abort(new Error("gave up"));
  await assert.rejects(impatient, { message: "gave up" });
  await assert.rejects(waitForEnd(identity, { clock, signal: gaveUp.signal }), {
    message: "gave up",
  });
  assert.equal(over, false);
  signalProcess(identity, "SIGKILL");
  await waiting;
  await shellExit;
});

test("signalTree() kills children, their sessions of their own, and what their dead parents left", async () => {
  const root = await spawnDetached({
    argv: [
      "sh",
      "-c",
      // A child, a grandchild in a session of its own, and an orphan of the root's group.
      "sleep 61 & setsid sh -c 'sleep 62 & sleep 63' & sh -c 'sleep 64 & exit' ; sleep 65",
    ],
    environment,
  });
  const sleepers = () =>
    readProcesses().filter(
      ({ name, session, parent }) =>
        name === "sleep" && (session === root.pid || readProcess(parent)?.parent === root.pid),
    );
  await waitUntil(() => sleepers().length === 5, "five sleeping processes");
  const all = sleepers();
  const bystander = await spawnDetached({ argv: ["sleep", "60"], environment });
  const killed = signalTree(root.pid, "SIGKILL");
  assert.deepEqual(
    all.filter(({ pid }) => !killed.includes(pid)),
    [],
  );
  await waitUntil(() => !all.some(isRunning), "all to be gone");
  assert.deepEqual(await root.ended, { kind: "signalled", signal: "SIGKILL" });
  assert.equal(isRunning(bystander), true);
  assert.deepEqual(signalTree(root.pid, "SIGKILL"), []);
  signalProcess(bystander, "SIGKILL");
  await bystander.ended;
});

test("signalTree() lets a tree go on that does not die of the signal", async () => {
  const child = await spawnDetached({
    argv: ["sh", "-c", "trap 'exit 5' TERM; while :; do sleep 0.01; done"],
    environment,
  });
  await waitUntil(() => readProcesses().some(({ parent }) => parent === child.pid), "its loop");
  signalTree(child.pid, "SIGTERM");
  assert.deepEqual(await child.ended, { kind: "exited", code: 5 });
});

test("signalTree() spares the group of the root's parent", async () => {
  // Without job control, the sleeping child is of its parent's group.
  const parent = await spawnDetached({ argv: ["sh", "-c", "sleep 60; exit 9"], environment });
  const child = () => readProcesses().find((entry) => entry.parent === parent.pid);
  await waitUntil(() => child() !== undefined, "the child");
  assert.deepEqual(signalTree(child()?.pid ?? 0, "SIGKILL").length, 1);
  assert.deepEqual(await parent.ended, { kind: "exited", code: 9 });
});
