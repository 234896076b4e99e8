/**
 * The commands there are. The code of each is loaded when it is asked for.
 */

import type { Command } from "./command.ts";

export interface CommandEntry {
  readonly summary: string;
  /** Not listed by `tavola help`. */
  readonly isInternal?: true;
  load(): Promise<Command>;
}

export const commands: Readonly<Record<string, CommandEntry>> = {
  up: {
    summary: "bring up a whole cluster on this machine",
    load: async () => (await import("./up/up-command.ts")).upCommand,
  },
  run: {
    summary: "run a command on the cluster and show its output",
    load: async () => (await import("./run/run-command.ts")).runCommand,
  },
  ps: {
    summary: "list tasks",
    load: async () => (await import("./show/ps-command.ts")).psCommand,
  },
  agents: {
    summary: "list agents and what they offer",
    load: async () => (await import("./show/agents-command.ts")).agentsCommand,
  },
  logs: {
    summary: "show what a task printed",
    load: async () => (await import("./show/logs-command.ts")).logsCommand,
  },
  kill: {
    summary: "end a task that `tavola run` started",
    load: async () => (await import("./show/kill-command.ts")).killCommand,
  },
  master: {
    summary: "run a master in the foreground",
    load: async () => (await import("./daemon/master-command.ts")).masterCommand,
  },
  agent: {
    summary: "run an agent in the foreground",
    load: async () => (await import("./daemon/agent-command.ts")).agentCommand,
  },
  registry: {
    summary: "show, save and bring back what survives the masters",
    load: async () => (await import("./registry/registry-command.ts")).registryCommand,
  },
  "executor-host": {
    summary: "run the command executors of an agent",
    isInternal: true,
    load: async () => (await import("./daemon/executor-host-command.ts")).executorHostCommand,
  },
  version: {
    summary: "print the version",
    load: async () => (await import("./version-command.ts")).versionCommand,
  },
  help: {
    summary: "explain a command",
    load: async () => (await import("./help-command.ts")).helpCommand,
  },
};
