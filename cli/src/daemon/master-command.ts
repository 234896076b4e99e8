/**
 * `tavola master`: a master in the foreground; with `--restart` one that is started again when it ends.
 */

import { createLogger } from "@tavola/host";
import { masterFlags, startMaster } from "@tavola/master";
import type { Command } from "../command.ts";
import { daemonCommand } from "./daemon-command.ts";
import { takeLogOptions } from "./log-options.ts";
import { supervise } from "./supervisor.ts";

const description = `Runs a master in the foreground. The flags are Mesos's, as arguments or as variables (MESOS_PORT for
--port); a value file:///path is read from that file. SIGTERM ends it; agents and tasks live on.

A master that loses its leadership, or its registry, ends with exit status 1, and has to be started
again: by what supervises it, such as systemd, or by itself with --restart.

  --restart
      Starts the master again whenever it ends by itself, with back-off. For sites where nothing else does.`;

const plainMaster = daemonCommand({
  name: "master",
  description,
  table: masterFlags,
  start: ({ flags, logger, logFile }) =>
    startMaster({
      flags: flags.values,
      flagsShown: flags.shown,
      logger,
      ...(logFile !== undefined && { logFile }),
    }),
});

export const masterCommand: Command = {
  usage: plainMaster.usage,
  async run(args, terminal) {
    const rest = args.filter((arg) => arg !== "--restart");
    if (rest.length === args.length) return await plainMaster.run(args, terminal);
    const { logFormat, logName = "master" } = takeLogOptions(rest);
    return await supervise({
      argv: [process.argv[1] ?? "", "master", ...rest],
      name: "master",
      logger: createLogger({ name: logName, format: logFormat }),
    });
  },
};
