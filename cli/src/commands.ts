/**
 * The commands there are. The code of each is loaded when it is asked for.
 */

import type { Command } from "./command.ts";

export interface CommandEntry {
  readonly summary: string;
  /** Not listed by `tavola help`. */
  readonly isInternal?: true;
  /** Its first argument is a request's id. */
  readonly takesRequest?: true;
  /** Its first argument is an announced service's type. */
  readonly takesService?: true;
  load(): Promise<Command>;
}

export const commands: Readonly<Record<string, CommandEntry>> = {
  up: {
    summary: "bring up a whole cluster on this machine",
    load: async () => (await import("./up/up-command.ts")).upCommand,
  },
  run: {
    summary: "run a command on the cluster, or a request now",
    takesRequest: true,
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
  deploy: {
    summary: "deploy a service or job, and stay until it has come up",
    load: async () => (await import("./services/deploy-command.ts")).deployCommand,
  },
  requests: {
    summary: "list services and jobs",
    load: async () => (await import("./services/requests-command.ts")).requestsCommand,
  },
  request: {
    summary: "show one service or job",
    takesRequest: true,
    load: async () => (await import("./services/request-command.ts")).requestCommand,
  },
  scale: {
    summary: "change how many instances a request has",
    takesRequest: true,
    load: async () => (await import("./services/request-actions.ts")).actionCommand("scale"),
  },
  bounce: {
    summary: "replace every instance of a request",
    takesRequest: true,
    load: async () => (await import("./services/request-actions.ts")).actionCommand("bounce"),
  },
  pause: {
    summary: "stop a request until it is unpaused",
    takesRequest: true,
    load: async () => (await import("./services/request-actions.ts")).actionCommand("pause"),
  },
  unpause: {
    summary: "start a paused request again",
    takesRequest: true,
    load: async () => (await import("./services/request-actions.ts")).actionCommand("unpause"),
  },
  rollback: {
    summary: "go back to the deploy before",
    takesRequest: true,
    load: async () => (await import("./services/request-actions.ts")).actionCommand("rollback"),
  },
  history: {
    summary: "show what happened to a request",
    takesRequest: true,
    load: async () => (await import("./services/history-command.ts")).historyCommand,
  },
  why: {
    summary: "say why a request is not running",
    takesRequest: true,
    load: async () => (await import("./services/why-command.ts")).whyCommand,
  },
  services: {
    summary: "list what is announced to discovery",
    takesService: true,
    load: async () => (await import("./discovery/services-command.ts")).servicesCommand,
  },
  announce: {
    summary: "announce a service, and withdraw it at the end",
    load: async () => (await import("./discovery/announce-command.ts")).announceCommand,
  },
  master: {
    summary: "run a master in the foreground",
    load: async () => (await import("./daemon/master-command.ts")).masterCommand,
  },
  agent: {
    summary: "run an agent in the foreground",
    load: async () => (await import("./daemon/agent-command.ts")).agentCommand,
  },
  scheduler: {
    summary: "run a scheduler of services and jobs in the foreground",
    load: async () => (await import("./daemon/scheduler-command.ts")).schedulerCommand,
  },
  discovery: {
    summary: "run a discovery server in the foreground",
    load: async () => (await import("./daemon/discovery-command.ts")).discoveryCommand,
  },
  frontdoor: {
    summary: "run a front door in the foreground; check and explain its rules",
    load: async () => (await import("./frontdoor/frontdoor-command.ts")).frontdoorCommand,
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
  completion: {
    summary: "make a shell complete commands, options and ids",
    load: async () => (await import("./completion/completion-command.ts")).completionCommand,
  },
  complete: {
    summary: "list what a word may become",
    isInternal: true,
    load: async () => (await import("./completion/complete-command.ts")).completeCommand,
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
