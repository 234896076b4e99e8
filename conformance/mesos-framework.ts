/**
 * `mesos-framework` from npm, unmodified: the v1 scheduler API in JSON.
 */

import { join } from "node:path";
import type { Client } from "./client.ts";
import { outliveLeader } from "./outlive-leader.ts";
import { step } from "./toolchain.ts";

export const mesosFramework: Client = {
  name: "mesos-framework",
  speaks: "v1 scheduler API, JSON",
  async prepare() {
    return undefined;
  },
  checks: [
    {
      name: "command tasks to TASK_FINISHED",
      async run(cluster, folder) {
        const { hostname, port } = new URL(cluster.master);
        const script = join(import.meta.dirname, "mesos-framework/scheduler.mjs");
        await step(process.execPath, [script, hostname, port], { cwd: folder, timeoutMs: 60_000 });
      },
    },
    {
      name: "follows a standby's redirect to the leader, and with a list of masters outlives it",
      async runWithMasters(masters, folder) {
        const standby = await masters.standby();
        const others = masters.cluster.masters.filter((url) => url !== standby);
        const list = [standby, ...others].map((url) => new URL(url).host).join(",");
        const script = join(import.meta.dirname, "mesos-framework/failover.mjs");
        await outliveLeader(masters, (commands) => ({
          command: process.execPath,
          args: [script, list, ...commands],
          options: { cwd: folder },
        }));
      },
    },
  ],
};
