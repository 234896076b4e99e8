/**
 * Our own command, for comparison with what others wrote: it finds the leader in the same nodes.
 */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, runProcess, tavolaCommand } from "@tavola/harness";
import type { Client } from "./client.ts";
import type { Masters } from "./masters.ts";
import { step } from "./toolchain.ts";

const [program = "", ...words] = tavolaCommand;
const boundMs = 40_000;

async function findsLeader(masters: Masters): Promise<void> {
  for (const address of [masters.zk, new URL(await masters.standby()).host]) {
    const args = [...words, "agents", "--json", `--master=${address}`];
    const { stdout } = await step(program, args, { timeoutMs: 20_000 });
    const agents = JSON.parse(stdout) as unknown[];
    assert.equal(agents.length, masters.cluster.agents.length, address);
  }
}

/** Whether the leader has a framework that is connected and has a task running. */
async function hasRunningTask(leader: string): Promise<true | undefined> {
  const answer = await fetch(`${leader}/frameworks`, { signal: AbortSignal.timeout(2_000) });
  const { frameworks } = (await answer.json()) as {
    frameworks: { connected: boolean; tasks: { state: string }[] }[];
  };
  const found = frameworks.some(
    ({ connected, tasks }) => connected && tasks[0]?.state === "TASK_RUNNING",
  );
  return found || undefined;
}

async function runOutlives(masters: Masters): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tavola-conformance-"));
  const finish = join(folder, "finish");
  const wait = `while [ -e ${folder} ] && [ ! -e ${finish} ]; do sleep 0.1; done; echo finished`;
  const args = [...words, "run", `--master=${masters.zk}`, "--", wait];
  const running = runProcess(program, args, { timeoutMs: boundMs });
  try {
    const leader = await masters.leader();
    await eventually("the task to run", () => hasRunningTask(leader), { boundMs });
    await masters.killLeader();
    const again = async () => hasRunningTask(await masters.leader());
    await eventually("it to be back at the next leader", again, { boundMs });
  } finally {
    writeFileSync(finish, "");
    const { code, stdout, stderr } = await running;
    rmSync(folder, { recursive: true, force: true });
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /finished/);
  }
}

export const tavola: Client = {
  name: "tavola",
  speaks: "v1 scheduler API, protobuf; it is ours",
  async prepare() {
    return undefined;
  },
  checks: [
    { name: "finds the leader in ZooKeeper, and from a standby", runWithMasters: findsLeader },
    { name: "`tavola run` outlives the leader", runWithMasters: runOutlives },
  ],
};
