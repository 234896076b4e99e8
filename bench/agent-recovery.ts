/**
 * How long a killed agent takes to be back with everything that runs on it.
 *
 * One master and one agent as processes, 500 command tasks `sleep 100000` of a framework that
 * checkpoints, all running. The agent is killed (`kill -9`) and started again at once on the same
 * directories and port. Measured from its start as a process, its own start-up included, until it is
 * registered with the master again and all 500 executors have subscribed (`agent-recovery.500`, the
 * median of three kills; `agent-recovery.500-worst` the worst). `agent-recovery.500-core`: what the
 * agent itself calls its recovery time (metric `slave/recovery_time_secs`), median. Every task must
 * still run after each, in the same process. `--tasks=N` for another number.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@tavola/harness";
import { readProcesses } from "@tavola/host";
import { startCommands } from "./load/command-load.ts";
import { type Daemon, startDaemon } from "./load/daemon.ts";
import { tavolaBinary } from "./load/tavola-binary.ts";
import { amountOption } from "./measure/options.ts";
import { percentile, report } from "./report.ts";

const tasks = amountOption("tasks", 500);
const kills = 3;
const boundMs = 60_000;

const folder = mkdtempSync(join(tmpdir(), "tavola-bench-recovery-"));
const here = ["--ip=127.0.0.1", "--hostname=127.0.0.1"];
let agent: Daemon | undefined;
let master: Daemon | undefined;

try {
  master = await startDaemon(tavolaBinary, [
    "master",
    ...here,
    "--port=0",
    "--registry=in_memory",
    `--work_dir=${folder}/master`,
  ]);
  const masters = new URL(master.url).host;
  const port = await freePort();
  const startAgent = (): Promise<Daemon> =>
    startDaemon(tavolaBinary, [
      "agent",
      ...here,
      `--port=${port}`,
      `--master=${masters}`,
      `--work_dir=${folder}/agent`,
      `--runtime_dir=${folder}/run`,
      `--cgroups_root=tavola-bench-${process.pid}`,
      `--resources=cpus:${tasks};mem:${tasks * 256};disk:1024`,
      "--registration_backoff_factor=100ms",
    ]);
  agent = await startAgent();
  const running = await startCommands({
    masters,
    argv: ["sleep", "100000"],
    count: tasks,
    inFlightMax: tasks,
    checkpoint: true,
  });
  await untilBack(`http://127.0.0.1:${port}`);
  const before = sleepers();
  const samples: number[] = [];
  const own: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const killed = agent;
    const gone = new Promise((resolve) => killed.child.once("exit", resolve));
    killed.child.kill("SIGKILL");
    await gone;
    const startedAt = performance.now();
    agent = await startAgent();
    own.push(await untilBack(agent.url));
    samples.push((performance.now() - startedAt) / 1000);
  }
  const lost = [...before].filter((pid) => !sleepers().has(pid));
  if (lost.length > 0) throw new Error(`${lost.length} of ${tasks} tasks did not survive`);
  const name = `agent-recovery.${tasks}`;
  report("agent-recovery", `${tasks} command tasks on one agent, killed ${kills} times`, [
    { name, value: percentile(samples, 0.5), unit: "s" },
    { name: `${name}-worst`, value: Math.max(...samples), unit: "s" },
    { name: `${name}-core`, value: percentile(own, 0.5), unit: "s" },
  ]);
  await running.end();
} finally {
  await agent?.stop();
  await master?.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Resolves with what the agent took to recover by its own account, in seconds. */
async function untilBack(url: string): Promise<number> {
  return await eventually(
    `${tasks} executors`,
    async () => {
      const response = await fetch(`${url}/metrics/snapshot`);
      const metrics = (await response.json()) as Readonly<Record<string, number>>;
      if (metrics["slave/registered"] !== 1) return undefined;
      if (metrics["slave/executors_running"] !== tasks) return undefined;
      return metrics["slave/recovery_time_secs"];
    },
    { boundMs },
  );
}

/** Pids of the tasks. */
function sleepers(): Set<number> {
  const found = readProcesses().filter(({ pid, state }) => state !== "Z" && isTask(pid));
  return new Set(found.map(({ pid }) => pid));
}

function isTask(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1") === "sleep\x080000\0";
  } catch {
    // It has just ended.
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
