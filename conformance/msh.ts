/**
 * `msh` of mesos-go from the Go module proxy, unmodified: the v1 scheduler API in protobuf.
 */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { type Cluster, runProcess } from "@tavola/harness";
import type { Client } from "./client.ts";
import { buildGo, step } from "./toolchain.ts";

const here = join(import.meta.dirname, "mesos-go");

function flagsFor(cluster: Cluster): string[] {
  return ["-master", new URL(cluster.master).host, "-user", userInfo().username];
}

export const msh: Client = {
  name: "msh",
  speaks: "v1 scheduler API, protobuf",
  async prepare(folder) {
    const binary = join(folder, "msh");
    if (existsSync(binary)) return undefined;
    return buildGo(here, binary, "github.com/mesos/mesos-go/api/v1/cmd/msh");
  },
  checks: [
    {
      name: "a command that succeeds",
      async run(cluster, folder) {
        const args = [...flagsFor(cluster), "--", "/bin/echo", "hello"];
        const result = await step(join(folder, "msh"), args, { timeoutMs: 30_000 });
        assert.match(result.stderr, /TASK_FINISHED/);
      },
    },
    {
      name: "a command that fails",
      async run(cluster, folder) {
        const args = [...flagsFor(cluster), "--", "/bin/false"];
        const result = await runProcess(join(folder, "msh"), args, { timeoutMs: 30_000 });
        assert.equal(result.timedOut, false, result.stderr);
        assert.notEqual(result.code, 0);
        assert.match(result.stderr, /TASK_FAILED/);
      },
    },
  ],
};
