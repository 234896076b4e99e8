/**
 * How many tasks a second the master and its agents get running.
 *
 * Four processes on loopback: a real master (`tavola master`), two agents with the real agent code
 * whose executors are replaced by ones that report at once (see `load/instant-containerizer.ts`:
 * each subscribes to the agent's executor API and answers LAUNCH with TASK_RUNNING, inside the
 * agent's process and without a socket; nothing is executed), and this one, a framework over raw
 * HTTP in protobuf. It launches 10,000 command tasks
 * (`cpus:0.1;mem:32`), so 10,000 executors: from each offer it takes up to 50 tasks, asks for the rest
 * back at once, and keeps up to 400 launched and not yet running. Every TASK_RUNNING is acknowledged;
 * all tasks stay running. Before that a framework like it launches 4,000 and goes, unmeasured, so that
 * all code is compiled. `--tasks=N` launches another number.
 *
 * The agents' work directories, with four entries made for every sandbox, are in memory (/dev/shm)
 * where there is such a file system, so that the figures are ours and not the disk's; `--folder=DIR`
 * puts them elsewhere.
 *
 * `launches`: tasks a second from the first ACCEPT until the last acknowledgement was taken.
 * `accept-to-running`: from sending the ACCEPT with the task to receiving its TASK_RUNNING.
 * `cpu-…`: processor time per launch of each party, which says where a second goes.
 * `launches-shared-executor`: the same with one custom executor per agent for all its tasks.
 */
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@tavola/harness";
import { type Daemon, startDaemon } from "./load/daemon.ts";
import { type LaunchLoad, type LaunchResult, launchInstantTasks } from "./load/launch-load.ts";
import { startLoneMaster } from "./load/lone-master.ts";
import { amountOption, option } from "./measure/options.ts";
import { cpuSecondsOf } from "./measure/processes.ts";
import { type BenchResult, percentile, report } from "./report.ts";

const agentResources = "cpus:500;mem:160000;disk:1000;ports:[31000-32000]";
const count = amountOption("tasks", 10_000);
const warmUpCount = 4000;
const load = { executors: "each", count, perOfferMax: 50, pendingMax: 400 } as const;

interface Parties {
  readonly master: Daemon;
  readonly agents: readonly Daemon[];
}

const parent = option("folder") ?? memoryFolder() ?? tmpdir();
const folder = mkdtempSync(join(parent, "tavola-bench-launch-"));
const daemons: Daemon[] = [];
try {
  const parties = await startParties();
  await measure(parties, { ...load, count: warmUpCount });
  const each = await measure(parties, load);
  const shared = await measure(parties, { ...load, executors: "shared" });
  report(
    "launch",
    `1 master, 2 agents with instant executors, 1 framework: ${count} command tasks, up to ${load.perOfferMax} from an offer, up to ${load.pendingMax} not yet running; sandboxes below ${parent}`,
    [
      { name: "launches", value: rateOf(each), unit: "tasks/s" },
      { name: "accept-to-running-p50", value: percentile(each.acceptToRunningMs, 0.5), unit: "ms" },
      {
        name: "accept-to-running-p99",
        value: percentile(each.acceptToRunningMs, 0.99),
        unit: "ms",
      },
      ...each.cpu,
      { name: "launches-shared-executor", value: rateOf(shared), unit: "tasks/s" },
    ],
  );
} finally {
  for (const daemon of daemons.reverse()) await daemon.stop();
  rmSync(folder, { recursive: true, force: true });
}

function memoryFolder(): string | undefined {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    // Not on every system.
    return undefined;
  }
}

async function startParties(): Promise<Parties> {
  const master = await startLoneMaster(folder);
  daemons.push(master);
  const script = join(import.meta.dirname, "load/instant-agent.ts");
  const agents = await Promise.all(
    [1, 2].map((n) =>
      startDaemon(script, [new URL(master.url).host, join(folder, `agent-${n}`), agentResources]),
    ),
  );
  daemons.push(...agents);
  return { master, agents };
}

/** Launches, then ends the framework and waits until nothing is left of it. */
async function measure(
  { master, agents }: Parties,
  what: LaunchLoad,
): Promise<LaunchResult & { readonly cpu: readonly BenchResult[] }> {
  const groups = [[master.pid], agents.map(({ pid }) => pid), [process.pid]];
  const before = groups.map(cpuSecondsOf);
  const result = await launchInstantTasks(master.url, what);
  const cpu = ["cpu-master", "cpu-agents", "cpu-framework"].map((name, i) => {
    const seconds = cpuSecondsOf(groups[i] ?? []) - (before[i] ?? 0);
    return { name, value: (seconds * 1e6) / what.count, unit: "us/task" };
  });
  await result.end();
  await eventually("the agents to be free again", () => isAllFree(master.url), { boundMs: 60_000 });
  return { ...result, cpu };
}

async function isAllFree(masterUrl: string): Promise<true | undefined> {
  const response = await fetch(`${masterUrl}/slaves`);
  const { slaves } = (await response.json()) as {
    slaves: readonly { readonly used_resources: { readonly cpus: number } }[];
  };
  return slaves.every(({ used_resources }) => used_resources.cpus === 0) ? true : undefined;
}

function rateOf({ acceptToRunningMs, elapsedMs }: LaunchResult): number {
  return acceptToRunningMs.length / (elapsedMs / 1000);
}
