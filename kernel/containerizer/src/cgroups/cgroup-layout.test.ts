import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { asId, type ContainerId } from "@tavola/base";
import { type CgroupMounts, cgroupPath } from "@tavola/host";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import {
  type CgroupLayout,
  type Controller,
  containerCgroups,
  layoutCgroups,
  prepareRoot,
} from "./cgroup-layout.ts";

const all: ReadonlySet<Controller> = new Set(["freezer", "cpu", "cpuacct", "memory"]);
const id = asId<ContainerId>("c");
const request = { hierarchy: "/sys/fs/cgroup", root: "/mesos/", controllers: all };

function v1(...pairs: readonly (readonly [string, string])[]): CgroupMounts {
  return { v1: new Map(pairs), v2: "/sys/fs/cgroup/unified" };
}

function pathsOf(layout: CgroupLayout | undefined): string[] {
  return layout === undefined ? [] : containerCgroups(layout, id).map(cgroupPath);
}

test("version 1: a cgroup in each hierarchy, once where controllers share one, the freezer's first", () => {
  const mounts = v1(
    ["cpu", "/sys/fs/cgroup/cpu,cpuacct"],
    ["cpuacct", "/sys/fs/cgroup/cpu,cpuacct"],
    ["memory", "/sys/fs/cgroup/memory"],
    ["freezer", "/sys/fs/cgroup/freezer"],
  );
  const layout = layoutCgroups(mounts, new Set(), request).value;
  assert.equal(layout?.version, 1);
  assert.deepEqual(pathsOf(layout), [
    "/sys/fs/cgroup/freezer/mesos/c",
    "/sys/fs/cgroup/cpu,cpuacct/mesos/c",
    "/sys/fs/cgroup/memory/mesos/c",
  ]);
});

test("version 2: one cgroup for all, where the mount has the controllers", () => {
  const mounts: CgroupMounts = { v1: new Map(), v2: "/sys/fs/cgroup" };
  const layout = layoutCgroups(mounts, new Set(["cpu", "memory"]), request).value;
  assert.equal(layout?.version, 2);
  assert.deepEqual(pathsOf(layout), ["/sys/fs/cgroup/mesos/c"]);
});

test("a controller that is nowhere is named", () => {
  const freezerOnly = v1(["freezer", "/sys/fs/cgroup/freezer"]);
  assert.equal(
    layoutCgroups(freezerOnly, new Set(), request).error,
    "the cgroup hierarchy /sys/fs/cgroup/unified has no controller cpu, memory",
  );
  const nothing: CgroupMounts = { v1: new Map(), v2: undefined };
  assert.equal(
    layoutCgroups(nothing, new Set(), request).error,
    "no cgroup hierarchy for freezer, cpu, cpuacct, memory is mounted below /sys/fs/cgroup",
  );
});

test("mounts outside of --cgroups_hierarchy do not count", () => {
  const mounts = v1(["freezer", "/sys/fs/cgroup-other/freezer"], ["memory", "/elsewhere"]);
  const controllers = new Set<Controller>(["freezer", "memory"]);
  const layout = layoutCgroups(mounts, new Set(["memory"]), { ...request, controllers });
  assert.equal(layout.value?.version, 2);
});

test("on a tree of plain files: version 2 enables the controllers on the whole way to our root", async (t) => {
  const hierarchy = temporaryDirectory(t);
  mkdirSync(join(hierarchy, "a", "b"), { recursive: true });
  for (const [folder, enabled] of [
    ["", "cpu memory pids"],
    ["a", "memory"],
    ["a/b", ""],
  ] as const) {
    writeFileSync(join(hierarchy, folder, "cgroup.subtree_control"), enabled);
  }
  const hierarchies = new Map([...all].map((controller) => [controller, hierarchy] as const));
  await prepareRoot({ version: 2, root: "a/b", hierarchies });
  const control = (folder: string): string =>
    readFileSync(join(hierarchy, folder, "cgroup.subtree_control"), "utf8");
  assert.deepEqual(
    [control(""), control("a"), control("a/b")],
    // A plain file keeps what is written to it, and what was behind that.
    ["cpu memory pids", "+cpury", "+cpu +memory"],
  );
});
