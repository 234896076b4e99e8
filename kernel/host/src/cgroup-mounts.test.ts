/** Mount tables of machines with cgroups of version 1, of version 2, of both, of none. */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { detectCgroupMounts, parseCgroupMounts, v2Controllers } from "./cgroup-mounts.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

test("parseCgroupMounts() finds each controller of version 1, several on one mount, and version 2 beside it", () => {
  const mounts = parseCgroupMounts(`23 1 0:21 / / rw,relatime - ext4 /dev/sda1 rw
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:10 master:2 - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
42 31 0:32 / /elsewhere/memory rw,relatime - cgroup cgroup rw,memory
`);
  assert.deepEqual(Object.fromEntries(mounts.v1), {
    cpu: "/sys/fs/cgroup/cpu,cpuacct",
    cpuacct: "/sys/fs/cgroup/cpu,cpuacct",
    memory: "/sys/fs/cgroup/memory",
    "name=systemd": "/sys/fs/cgroup/systemd",
  });
  assert.equal(mounts.v2, "/sys/fs/cgroup/unified");
});

test("parseCgroupMounts() finds version 2 alone, escaped characters in its path, or nothing", () => {
  const alone = parseCgroupMounts(
    "29 23 0:26 / /sys/fs/my\\040cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n",
  );
  assert.equal(alone.v1.size, 0);
  assert.equal(alone.v2, "/sys/fs/my cgroup");
  assert.deepEqual(parseCgroupMounts(""), { v1: new Map(), v2: undefined });
  assert.deepEqual(parseCgroupMounts("nonsense\n - \n"), { v1: new Map(), v2: undefined });
});

test("detectCgroupMounts() reads this machine's table", () => {
  const { v1, v2 } = detectCgroupMounts();
  for (const path of [...v1.values(), v2]) assert.ok(path === undefined || path.startsWith("/"));
});

test("v2Controllers() lists what the root offers", async (context) => {
  const folder = await temporaryFolder(context);
  assert.deepEqual(v2Controllers(folder), new Set());
  await writeFile(join(folder, "cgroup.controllers"), "cpu memory pids\n");
  assert.deepEqual(v2Controllers(folder), new Set(["cpu", "memory", "pids"]));
  await writeFile(join(folder, "cgroup.controllers"), "\n");
  assert.deepEqual(v2Controllers(folder), new Set());
});
