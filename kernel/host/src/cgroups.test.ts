/**
 * Cgroups: on a folder of plain files, which stands for a version 2 hierarchy, and on real ones where
 * this machine lets us (root, hierarchies mounted writable).
 */

import assert from "node:assert/strict";
import { accessSync, constants, existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { detectCgroupMounts } from "./cgroup-mounts.ts";
import {
  type Cgroup,
  cgroupPath,
  cgroupTree,
  createCgroup,
  destroyCgroup,
  enableControllers,
  moveToCgroup,
  processesInCgroup,
  readCgroup,
  writeCgroup,
} from "./cgroups.ts";
import { systemClock } from "./clock.ts";
import { isRunning, readProcesses } from "./process-table.ts";
import { spawnDetached } from "./processes.ts";
import { simulatedClock } from "./simulated-clock.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";
import { waitUntil } from "./testing/wait-until.ts";

async function fakeCgroup(context: TestContext): Promise<Cgroup> {
  const hierarchy = await temporaryFolder(context);
  const cgroup: Cgroup = { hierarchy, name: "mesos/c1", version: 2 };
  await createCgroup(cgroup);
  return cgroup;
}

test("createCgroup() makes it and those above, again and again", async (context) => {
  const cgroup = await fakeCgroup(context);
  await createCgroup(cgroup);
  assert.ok(existsSync(join(cgroup.hierarchy, "mesos/c1")));
  await writeFile(join(cgroup.hierarchy, "file"), "");
  await assert.rejects(createCgroup({ ...cgroup, name: "file/x" }), {
    code: "CGROUP_FAILED",
    message: /Cannot create cgroup .*file\/x/,
  });
});

test("readCgroup() gives undefined for what is not there", async (context) => {
  const cgroup = await fakeCgroup(context);
  await writeFile(join(cgroupPath(cgroup), "memory.max"), "max\n");
  assert.equal(await readCgroup(cgroup, "memory.max"), "max\n");
  assert.equal(await readCgroup(cgroup, "memory.swap.max"), undefined);
  assert.equal(await readCgroup({ ...cgroup, name: "none" }, "memory.max"), undefined);
  await assert.rejects(readCgroup(cgroup, "."), { code: "CGROUP_FAILED" });
});

test("writeCgroup() writes a control that is there and never makes one", async (context) => {
  const cgroup = await fakeCgroup(context);
  const control = (name: string): string => join(cgroupPath(cgroup), name);
  for (const name of ["cpu.weight", "cgroup.procs", "cgroup.subtree_control"]) {
    await writeFile(control(name), "");
  }
  await writeCgroup(cgroup, "cpu.weight", 39);
  await moveToCgroup(cgroup, 4711);
  await enableControllers(cgroup, ["cpu", "memory"]);
  assert.equal(await readFile(control("cpu.weight"), "utf8"), "39");
  assert.equal(await readFile(control("cgroup.procs"), "utf8"), "4711");
  assert.equal(await readFile(control("cgroup.subtree_control"), "utf8"), "+cpu +memory");
  await assert.rejects(writeCgroup(cgroup, "cpu.wait", 1), {
    code: "CGROUP_FAILED",
    details: { path: control("cpu.wait"), control: "cpu.wait", errno: "ENOENT" },
  });
  assert.equal(existsSync(control("cpu.wait")), false);
});

test("processesInCgroup() reads each pid once", async (context) => {
  const cgroup = await fakeCgroup(context);
  assert.deepEqual(await processesInCgroup(cgroup), []);
  await writeFile(join(cgroupPath(cgroup), "cgroup.procs"), "12\n7\n12\n");
  assert.deepEqual(await processesInCgroup(cgroup), [12, 7]);
});

test("destroyCgroup() removes the deepest first, and what is gone is no error", async (context) => {
  const cgroup = await fakeCgroup(context);
  await mkdir(join(cgroupPath(cgroup), "a/b"), { recursive: true });
  assert.deepEqual(
    (await cgroupTree(cgroup)).map(({ name }) => name),
    ["mesos/c1/a/b", "mesos/c1/a", "mesos/c1"],
  );
  await destroyCgroup(cgroup, { clock: systemClock() });
  assert.equal(existsSync(cgroupPath(cgroup)), false);
  assert.ok(existsSync(join(cgroup.hierarchy, "mesos")));
  await destroyCgroup(cgroup, { clock: systemClock() });
});

test("destroyCgroup() tries again while it is busy, and tells when that lasts too long", async (context) => {
  const cgroup = await fakeCgroup(context);
  // Plain files keep the folder from being removed, as processes do a cgroup.
  await writeFile(join(cgroupPath(cgroup), "cgroup.kill"), "0");
  const clock = simulatedClock();
  let settled = false;
  const failing = assert.rejects(
    destroyCgroup(cgroup, { clock, withinMs: 1000 }).finally(() => {
      settled = true;
    }),
    { code: "CGROUP_BUSY", transient: true, message: /mesos\/c1/ },
  );
  await waitUntil(() => {
    clock.advance(100);
    return settled;
  }, "an end of trying");
  await failing;
  assert.equal(await readFile(join(cgroupPath(cgroup), "cgroup.kill"), "utf8"), "1");
  settled = false;
  const trying = destroyCgroup(cgroup, { clock, withinMs: 1000 }).finally(() => {
    settled = true;
  });
  await waitUntil(() => clock.waiting > 0, "a first failure");
  await rm(join(cgroupPath(cgroup), "cgroup.kill"));
  await waitUntil(() => {
    clock.advance(100);
    return settled;
  }, "the end");
  await trying;
});

function assertNothingLeft(session: number): void {
  assert.deepEqual(
    readProcesses().filter((entry) => entry.session === session && isRunning(entry)),
    [],
  );
}

const mounts = detectCgroupMounts();

function unusable(path: string | undefined): string | false {
  if (process.getuid?.() !== 0) return "needs root";
  if (path === undefined) return "this machine has no such hierarchy";
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch {
    return "the hierarchy is not writable";
  }
}

/** Moved while it is alone, the process then starts two that do nothing, and goes on forking. */
async function fillCgroup(context: TestContext, ...cgroups: Cgroup[]) {
  const started = join(await temporaryFolder(context), "start");
  const child = await spawnDetached({
    argv: [
      "sh",
      "-c",
      `until [ -e ${started} ]; do sleep 0.01; done
       sleep 60 & sleep 61 & while :; do sleep 0.01; done`,
    ],
    environment: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
  });
  for (const cgroup of cgroups) await moveToCgroup(cgroup, child.pid);
  await writeFile(started, "");
  const sleepers = () =>
    readProcesses().filter(({ session, name }) => session === child.pid && name === "sleep");
  await waitUntil(() => sleepers().length >= 2, "the processes that do nothing");
  return child;
}

test("destroyCgroup() kills and removes a real version 1 cgroup with what is below it (root, cgroups v1)", {
  skip: unusable(mounts.v1.get("memory")) || unusable(mounts.v1.get("freezer")),
}, async (context) => {
  const name = `tavola-host-test-${process.pid}`;
  const at = (controller: string, below = ""): Cgroup => ({
    hierarchy: mounts.v1.get(controller) ?? "",
    name: name + below,
    version: 1,
  });
  const [memory, freezer] = [at("memory"), at("freezer")];
  await createCgroup(at("memory", "/nested"));
  await createCgroup(freezer);
  try {
    const child = await fillCgroup(context, at("memory", "/nested"), freezer);
    assert.ok((await processesInCgroup(freezer)).includes(child.pid));
    await writeCgroup(memory, "memory.limit_in_bytes", 64 * 1024 * 1024);
    assert.equal((await readCgroup(memory, "memory.limit_in_bytes"))?.trim(), "67108864");
    await destroyCgroup(memory, { clock: systemClock(), freezer });
    assert.equal((await child.ended).kind, "signalled");
    assertNothingLeft(child.pid);
    assert.equal(existsSync(cgroupPath(memory)), false);
  } finally {
    await destroyCgroup(memory, { clock: systemClock() });
    await destroyCgroup(freezer, { clock: systemClock() });
  }
  assert.equal(existsSync(cgroupPath(freezer)), false);
});

test("destroyCgroup() kills and removes a real version 1 cgroup without a freezer (root, cgroups v1)", {
  skip: unusable(mounts.v1.get("memory")),
}, async (context) => {
  const memory: Cgroup = {
    hierarchy: mounts.v1.get("memory") ?? "",
    name: `tavola-host-test-${process.pid}-bare`,
    version: 1,
  };
  await createCgroup(memory);
  const child = await fillCgroup(context, memory);
  await destroyCgroup(memory, { clock: systemClock() });
  assertNothingLeft(child.pid);
  assert.equal(existsSync(cgroupPath(memory)), false);
});

test("destroyCgroup() kills and removes a real version 2 cgroup (root, cgroups v2)", {
  skip: unusable(mounts.v2),
}, async (context) => {
  const cgroup: Cgroup = {
    hierarchy: mounts.v2 ?? "",
    name: `tavola-host-test-${process.pid}`,
    version: 2,
  };
  await createCgroup(cgroup);
  const child = await fillCgroup(context, cgroup);
  assert.ok((await processesInCgroup(cgroup)).includes(child.pid));
  await destroyCgroup(cgroup, { clock: systemClock() });
  assertNothingLeft(child.pid);
  assert.equal(existsSync(cgroupPath(cgroup)), false);
});
