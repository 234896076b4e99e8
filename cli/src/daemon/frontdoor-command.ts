/**
 * `tavola frontdoor` without a verb: a front door in the foreground.
 */

import { frontdoorFlags, startFrontdoor } from "@tavola/frontdoor";
import { daemonCommand } from "./daemon-command.ts";

export const frontdoorDaemonCommand = daemonCommand({
  name: "frontdoor",
  description: `Runs a front door in the foreground: routes outside traffic, by the rules of a file in a Git
repository, to what discovery knows. Flags as arguments or as variables (TAVOLA_PORT for --port). SIGTERM ends
it, after the requests that run.`,
  table: frontdoorFlags,
  environmentPrefix: "TAVOLA_",
  start: ({ flags, logger }) =>
    startFrontdoor({ flags: flags.values, logger, environment: process.env }),
});
