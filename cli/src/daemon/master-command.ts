/**
 * `tavola master`: a master in the foreground.
 */

import { masterFlags, startMaster } from "@tavola/master";
import { daemonCommand } from "./daemon-command.ts";

const description = `Runs a master in the foreground. The flags are Mesos's, as arguments or as variables (MESOS_PORT for
--port); a value file:///path is read from that file. SIGTERM ends it; agents and tasks live on.`;

export const masterCommand = daemonCommand({
  name: "master",
  description,
  table: masterFlags,
  start: ({ flags, logger }) =>
    startMaster({ flags: flags.values, flagsShown: flags.shown, logger }),
});
