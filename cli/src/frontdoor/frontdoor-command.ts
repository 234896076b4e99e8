/**
 * `tavola frontdoor`: the daemon, and what people ask about rules before they push them.
 */

import type { Command } from "../command.ts";
import { frontdoorDaemonCommand } from "../daemon/frontdoor-command.ts";
import { checkRules, checkUsage } from "./check-rules.ts";
import { explainRequest, explainUsage } from "./explain-request.ts";

export const frontdoorCommand: Command = {
  usage: `${checkUsage}\n${explainUsage}\n${frontdoorDaemonCommand.usage}`,
  run(args, terminal) {
    const [verb, ...rest] = args;
    if (verb === "check") return checkRules(rest, terminal);
    if (verb === "explain") return explainRequest(rest, terminal);
    return frontdoorDaemonCommand.run(args, terminal);
  },
};
