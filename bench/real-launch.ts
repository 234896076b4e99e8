/**
 * How long it takes until a real command runs.
 *
 * A cluster of one master and one agent, as `tavola up --agents=1` starts it, idle but for this:
 * 1. 200 commands `true`, one after the other, through the sdk as `tavola run` launches them:
 *    from sending ACCEPT to receiving TASK_RUNNING (`accept-to-running-p50`, `-p99`);
 * 2. 200 more, 10 at a time: per second from the first ACCEPT to the last TASK_FINISHED
 *    (`parallel-launches`);
 * 3. 10 times the whole command `tavola run -- true`, start to exit, the median (`start-to-finished`).
 * One warm-up of each goes unmeasured. Whatever containment the machine allows is on: run as root
 * on a machine with cgroups it is cgroups.
 */
import { type Cluster, runProcess, startCluster } from "@tavola/harness";
import { runCommands } from "./load/command-load.ts";
import { tavolaBinary } from "./load/tavola-binary.ts";
import { percentile, report } from "./report.ts";

const commands = 200;
const runs = 10;

const cluster = await startCluster({
  agents: 1,
  arguments: ["--agent.resources=cpus:16;mem:16384;disk:16384"],
});
try {
  const masters = new URL(cluster.master).host;
  const load = { masters, argv: ["true"], count: commands, inFlightMax: 1 } as const;
  await runCommands({ ...load, count: 5 });
  const { acceptToRunningMs } = await runCommands(load);
  const parallel = await runCommands({ ...load, inFlightMax: 10 });
  const startToFinished = await measureRuns(cluster);
  report(
    "real-launch",
    `${commands} commands 'true' on one agent: one at a time, then 10 at a time; ${runs} times 'tavola run -- true'`,
    [
      { name: "accept-to-running-p50", value: percentile(acceptToRunningMs, 0.5), unit: "ms" },
      { name: "accept-to-running-p99", value: percentile(acceptToRunningMs, 0.99), unit: "ms" },
      { name: "parallel-launches", value: commands / (parallel.elapsedMs / 1000), unit: "tasks/s" },
      { name: "start-to-finished", value: percentile(startToFinished, 0.5), unit: "ms" },
    ],
  );
} finally {
  await cluster.stop();
}

async function measureRuns({ master }: Cluster): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let run = 0; run <= runs; run += 1) {
    const startedAt = performance.now();
    const { code, stderr } = await runProcess(process.execPath, [
      tavolaBinary,
      "run",
      `--master=${new URL(master).host}`,
      "--",
      "true",
    ]);
    if (code !== 0) throw new Error(`tavola run ended with ${code}: ${stderr}`);
    if (run > 0) samples.push(performance.now() - startedAt);
  }
  return samples;
}
