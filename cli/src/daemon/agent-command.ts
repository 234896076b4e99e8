/**
 * `tavola agent`: an agent in the foreground, with the containerizer that runs its tasks.
 */

import { agentFlags, startAgent } from "@tavola/agent";
import { createContainerizer } from "@tavola/containerizer";
import { createMetrics, type FlagValues, systemClock } from "@tavola/host";
import { type DaemonStart, daemonCommand, type RunningDaemon } from "./daemon-command.ts";

const description = `Runs an agent in the foreground: offers this machine to a master, and runs tasks on it. The flags
are Mesos's, as arguments or as variables (MESOS_WORK_DIR for --work_dir); a value file:///path is
read from that file. SIGTERM ends the agent and leaves its tasks running, SIGUSR1 ends both.`;

export const agentCommand = daemonCommand({
  name: "agent",
  description,
  table: agentFlags,
  start,
});

async function start(options: DaemonStart<typeof agentFlags>): Promise<RunningDaemon> {
  const { flags, logger, logFile } = options;
  const metrics = createMetrics();
  const clock = systemClock();
  const containerizer = await createContainerizer({
    ...containerizerFlags(flags.values),
    executorHost: { command: executorHostCommand(options) },
    logger,
    clock,
    metrics,
  });
  try {
    return await startAgent({
      flags: flags.values,
      flagsShown: flags.shown,
      logger,
      ...(logFile !== undefined && { logFile }),
      containerizer,
      metrics,
      clock,
    });
  } catch (error) {
    await containerizer.close();
    throw error;
  }
}

function containerizerFlags(values: FlagValues<typeof agentFlags>) {
  return {
    runtimeDir: values.runtime_dir,
    ...(values.launcher !== undefined && { launcher: values.launcher as "linux" | "posix" }),
    ...(values.isolation !== undefined && { isolation: values.isolation }),
    cgroupsHierarchy: values.cgroups_hierarchy,
    cgroupsRoot: values.cgroups_root,
    cgroupsEnableCfs: values.cgroups_enable_cfs,
    cgroupsLimitSwap: values.cgroups_limit_swap,
    cgroupsDestroyTimeoutMs: values.cgroups_destroy_timeout,
    fetcher: {
      stallTimeoutMs: values.fetcher_stall_timeout,
      frameworksHome: values.frameworks_home,
    },
  };
}

/** This same program, as another process; it outlives us. */
function executorHostCommand({ logFormat }: DaemonStart<typeof agentFlags>): readonly string[] {
  const entry = process.argv[1] ?? "";
  return [process.execPath, entry, "executor-host", `--log-format=${logFormat}`];
}
