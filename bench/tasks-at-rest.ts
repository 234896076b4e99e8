/**
 * What it costs to have tasks that do nothing.
 *
 * One agent, started by `tavola up --agents=1`, with 500 command tasks `sleep 100000`, all running.
 * Ours are the agent, its executor host and the shims; the `sleep` processes are not.
 * `bytes-per-task`: proportional set size of ours with the tasks, less that of the idle agent before,
 * by 500. `ours`: all of it, the idle agent included, by 500. `agent-cpu`, `host-cpu`: percent of one
 * processor over 30 s (`--seconds=N`). `shims`: what of `bytes-per-task` the shims
 * are, `shim-processes` how many there are.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Cluster, startCluster } from "@tavola/harness";
import { readProcess } from "@tavola/host";
import { startCommands } from "./load/command-load.ts";
import { amountOption } from "./measure/options.ts";
import {
  cpuShareOver,
  daemonOf,
  type FoundProcess,
  processesOf,
  pssBytesOf,
} from "./measure/processes.ts";
import { report } from "./report.ts";

const tasks = 500;
const seconds = amountOption("seconds", 30);

const cluster = await startCluster({
  agents: 1,
  arguments: ["--agent.resources=cpus:64;mem:65536;disk:1024"],
  boundMs: 120_000,
});
try {
  const agent = daemonOf(processesOf(cluster.workDir), "agent");
  const agentIdleBytes = await pssBytesOf([agent]);
  const running = await startCommands({
    masters: new URL(cluster.master).host,
    argv: ["sleep", "100000"],
    count: tasks,
    inFlightMax: tasks,
  });
  const found = processesOf(cluster.workDir);
  const host = daemonOf(found, "executor-host");
  const shims = shimsOf(cluster, found);
  const [agentShare = 0, hostShare = 0] = await cpuShareOver(seconds, [[agent], [host]]);
  const shimBytes = await pssBytesOf(shims);
  const oursBytes = (await pssBytesOf([agent, host])) + shimBytes;
  report("tasks-at-rest", `${tasks} command tasks 'sleep 100000' on one agent`, [
    { name: "bytes-per-task", value: (oursBytes - agentIdleBytes) / tasks, unit: "bytes" },
    { name: "ours", value: oursBytes / tasks, unit: "bytes" },
    { name: "shims", value: shimBytes / tasks, unit: "bytes" },
    { name: "shim-processes", value: shims.length, unit: "processes" },
    { name: "agent-cpu", value: agentShare, unit: "%" },
    { name: "host-cpu", value: hostShare, unit: "%" },
  ]);
  await running.end();
} finally {
  await cluster.stop();
}

/** The parents of the tasks' processes, and whatever else of the containers is not a task's own. */
function shimsOf({ workDir }: Cluster, found: readonly FoundProcess[]): readonly number[] {
  const containers = join(workDir, "agent-1/run/containers");
  const taskPids = new Set(
    readdirSync(containers).map((id) => Number(readFileSync(join(containers, id, "pid"), "utf8"))),
  );
  if (taskPids.size !== tasks) throw new Error(`${taskPids.size} tasks run; wanted ${tasks}`);
  const parents = [...taskPids].map((pid) => readProcess(pid)?.parent ?? 0);
  const daemons = new Set(["master", "agent", "executor-host", "up"]);
  const daemonPids = found.filter(({ argv }) => daemons.has(argv[2] ?? "")).map(({ pid }) => pid);
  const ours = new Set([...found.map(({ pid }) => pid), ...parents])
    .difference(taskPids)
    .difference(new Set(daemonPids));
  return [...ours];
}
