/** The door of `@tavola/agent`: the daemon that offers a machine and runs tasks on it. */

export { type AgentFlags, agentFlags } from "./flags.ts";
