/**
 * mesos-go's v0 packages from the Go module proxy, unmodified: its ZooKeeper detector, and its
 * scheduler driver, which speaks Mesos's internal messages over libprocess's framing.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { eventually, runProcess } from "@tavola/harness";
import type { Client } from "./client.ts";
import type { Masters } from "./masters.ts";
import { outliveLeader } from "./outlive-leader.ts";
import { buildGo } from "./toolchain.ts";

const here = join(import.meta.dirname, "mesos-go-v0");
const boundMs = 50_000;

/** What the detector must print of a leader: all that it reads from the node. */
async function expected(leader: string): Promise<RegExp> {
  const { host } = new URL(leader);
  const state = await fetch(`${leader}/state`);
  const { id, version } = (await state.json()) as { id: string; version: string };
  const words = `leader ${leader} packed ${host} hostname \\S+ pid master@${host} id ${id} version ${version}`;
  return new RegExp(`^${words.replaceAll(".", "\\.")}$`, "m");
}

async function detectTwo(masters: Masters, program: string): Promise<void> {
  let output = "";
  const leader = await masters.leader();
  const first = await expected(leader);
  const running = runProcess(program, ["detect", masters.zk], {
    timeoutMs: boundMs,
    onOutput: (text) => {
      output += text;
    },
  });
  await eventually("it to see the leader", () => first.test(output) || undefined, { boundMs });
  await masters.killLeader();
  const { code, stdout, stderr } = await running;
  assert.equal(code, 0, stdout + stderr);
  const next = await masters.leader();
  assert.notEqual(next, leader);
  assert.match(stdout, await expected(next));
}

export const mesosGoV0: Client = {
  name: "mesos-go-v0",
  speaks: "Mesos's internal messages, protobuf over libprocess",
  prepare: (folder) => buildGo(here, join(folder, "client")),
  checks: [
    {
      name: "its detector sees the leader in ZooKeeper, and the next when that one is killed",
      async runWithMasters(masters, folder) {
        await detectTwo(masters, join(folder, "client"));
      },
    },
    {
      name: "a framework on its scheduler driver outlives the leader",
      async runWithMasters(masters, folder) {
        await outliveLeader(masters, (commands) => ({
          command: join(folder, "client"),
          args: ["run", masters.zk, ...commands],
        }));
      },
    },
  ],
};
