import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIsolation } from "./isolation.ts";

test("parseIsolation() reads Mesos's names and aliases, and takes the launcher that they need", () => {
  const posix = { launcher: "posix", cpu: "posix", memory: "posix" };
  const linux = { launcher: "linux", cpu: "cgroups", memory: "cgroups" };
  assert.deepEqual(parseIsolation("posix/cpu,posix/mem").value, posix);
  assert.deepEqual(parseIsolation("process").value, posix);
  assert.deepEqual(parseIsolation("cgroups/cpu,cgroups/mem").value, linux);
  assert.deepEqual(parseIsolation("cgroups").value, linux);
  assert.deepEqual(parseIsolation("filesystem/posix, cgroups/mem").value, {
    ...linux,
    cpu: "posix",
  });
  assert.deepEqual(parseIsolation("posix/cpu,posix/mem", "linux").value, {
    ...posix,
    launcher: "linux",
  });
});

test("parseIsolation() refuses what it does not know, duplicates and contradictions, with a reason", () => {
  assert.match(parseIsolation("cgroups/blkio").error ?? "", /'cgroups\/blkio'.*supported: posix/);
  assert.match(parseIsolation("posix/cpu,posix/cpu").error ?? "", /given twice/);
  assert.match(parseIsolation("posix/cpu,cgroups/cpu").error ?? "", /exclude each other/);
  assert.match(parseIsolation("cgroups/cpu", "posix").error ?? "", /--launcher=linux/);
});
