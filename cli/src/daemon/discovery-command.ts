/**
 * `tavola discovery`: a discovery server in the foreground.
 */

import { discoveryFlags, startDiscovery } from "@tavola/discovery";
import { daemonCommand } from "./daemon-command.ts";

export const discoveryCommand = daemonCommand({
  name: "discovery",
  description: `Runs a discovery server in the foreground: services announce themselves to it, and others watch who is
there. Flags as arguments or as variables (TAVOLA_PORT for --port). SIGTERM ends it; announcements live on in
its --store. Several that share a store answer alike, and any of them takes any call.`,
  table: discoveryFlags,
  environmentPrefix: "TAVOLA_",
  start: ({ flags, logger }) => startDiscovery({ flags: flags.values, logger }),
});
