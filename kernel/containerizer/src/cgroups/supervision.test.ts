import assert from "node:assert/strict";
import { test } from "node:test";
import type { CgroupMounts } from "@tavola/host";
import { supervisionCgroups } from "./supervision.ts";

const hybrid: CgroupMounts = {
  v1: new Map([["name=systemd", "/sys/fs/cgroup/systemd"]]),
  v2: "/sys/fs/cgroup/unified",
};

test("at the top of the hierarchies nothing ties us", () => {
  const own = "9:name=systemd:/\n4:memory:/limited/by/somebody\n0::/\n";
  assert.deepEqual(supervisionCgroups(hybrid, own, "mesos"), []);
  assert.deepEqual(supervisionCgroups(hybrid, "", "mesos"), []);
});

test("a service's cgroups are left for ones of our own", () => {
  const own =
    "9:name=systemd:/system.slice/agent.service\n4:memory:/\n0::/system.slice/agent.service\n";
  assert.deepEqual(supervisionCgroups(hybrid, own, "mesos"), [
    "/sys/fs/cgroup/systemd/mesos",
    "/sys/fs/cgroup/unified/mesos/shims",
  ]);
  const unified: CgroupMounts = { v1: new Map(), v2: "/sys/fs/cgroup" };
  assert.deepEqual(supervisionCgroups(unified, "0::/system.slice/agent.service", "mesos"), [
    "/sys/fs/cgroup/mesos/shims",
  ]);
});
