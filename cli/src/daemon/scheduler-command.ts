/**
 * `tavola scheduler`: a scheduler of services and jobs in the foreground.
 */

import { schedulerFlags, startScheduler } from "@tavola/scheduler";
import { daemonCommand } from "./daemon-command.ts";

export const schedulerCommand = daemonCommand({
  name: "scheduler",
  description: `Runs a scheduler of services, workers, cron jobs and one-off processes in the foreground; its API is
Singularity's, below --context_path. Flags as arguments or as variables (TAVOLA_PORT for --port). SIGTERM ends
it; tasks live on. Of several that share a --store one leads, and the others pass calls on to it.`,
  table: schedulerFlags,
  environmentPrefix: "TAVOLA_",
  start: ({ flags, logger }) => startScheduler({ flags: flags.values, logger }),
});
