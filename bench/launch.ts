/**
 * How many tasks a second the master and its agents get running.
 *
 * Four processes on loopback: a real master (`tavola master`), two agents with the real agent code
 * whose executors are replaced by ones that report at once (see `load/instant-containerizer.ts`:
 * each subscribes over the agent's executor API and answers LAUNCH with TASK_RUNNING; nothing is
 * executed), and this one, a framework over raw HTTP in protobuf. It launches 10,000 command tasks
 * (`cpus:0.1;mem:32`, 5,000 fit on an agent): from each offer it takes up to 50, asks for the rest
 * back at once, and keeps up to 400 launched and not yet running. Every TASK_RUNNING is
 * acknowledged; all tasks stay running.
 *
 * `--tasks=N` launches another number of them.
 *
 * `launches`: tasks a second from the first ACCEPT until the last acknowledgement was taken.
 * `accept-to-running`: from sending the ACCEPT with the task to receiving its TASK_RUNNING.
 * `cpu-…`: processor time per launch of each party, which says where a second goes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "@tavola/harness";
import { type Daemon, startDaemon } from "./load/daemon.ts";
import { launchInstantTasks } from "./load/launch-load.ts";
import { cpuSecondsOf } from "./measure/processes.ts";
import { percentile, report } from "./report.ts";

const agentResources = "cpus:500;mem:160000;disk:1000;ports:[31000-32000]";
const countGiven = process.argv.find((argument) => argument.startsWith("--tasks="));
const count = Number(countGiven?.slice("--tasks=".length) ?? 10_000);
const load = { count, perOfferMax: 50, pendingMax: 400 } as const;

const folder = mkdtempSync(join(tmpdir(), "tavola-bench-launch-"));
const daemons: Daemon[] = [];
try {
  const master = await startDaemon(join(repositoryRoot, "cli/src/main.ts"), [
    "master",
    `--work_dir=${join(folder, "master")}`,
    "--ip=127.0.0.1",
    "--hostname=127.0.0.1",
    "--port=0",
    "--logging_level=WARNING",
  ]);
  daemons.push(master);
  const agents = [1, 2].map((n) =>
    startDaemon(join(import.meta.dirname, "load/instant-agent.ts"), [
      new URL(master.url).host,
      join(folder, `agent-${n}`),
      agentResources,
    ]),
  );
  daemons.push(...(await Promise.all(agents)));
  const [, ...agentPids] = daemons.map(({ pid }) => pid);
  const before = { master: cpuSecondsOf([master.pid]), agents: cpuSecondsOf(agentPids) };
  const ownBefore = process.cpuUsage();
  const { elapsedMs, acceptToRunningMs, end } = await launchInstantTasks(master.url, load);
  const own = process.cpuUsage(ownBefore);
  const masterSeconds = cpuSecondsOf([master.pid]) - before.master;
  const agentSeconds = cpuSecondsOf(agentPids) - before.agents;
  await end();
  const perLaunch = (seconds: number): number => (seconds * 1e6) / load.count;
  report(
    "launch",
    `1 master, 2 agents with instant executors, 1 framework: ${load.count} command tasks, up to ${load.perOfferMax} from an offer, up to ${load.pendingMax} not yet running`,
    [
      { name: "launches", value: load.count / (elapsedMs / 1000), unit: "tasks/s" },
      { name: "accept-to-running-p50", value: percentile(acceptToRunningMs, 0.5), unit: "ms" },
      { name: "accept-to-running-p99", value: percentile(acceptToRunningMs, 0.99), unit: "ms" },
      {
        name: "cpu-master",
        value: perLaunch(masterSeconds),
        unit: "us/task",
      },
      {
        name: "cpu-agents",
        value: perLaunch(agentSeconds),
        unit: "us/task",
      },
      {
        name: "cpu-framework",
        value: perLaunch((own.user + own.system) / 1e6),
        unit: "us/task",
      },
    ],
  );
} finally {
  for (const daemon of daemons.reverse()) await daemon.stop();
  rmSync(folder, { recursive: true, force: true });
}
