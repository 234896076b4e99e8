/**
 * `tavola executor-host`: the process in which an agent's command executors live.
 *
 * Started by an agent's containerizer, never by a person. It outlives the agent, and leaves by itself
 * when there is nothing more to do; SIGTERM ends it and leaves its tasks to the next one.
 */

import { runExecutorHost } from "@tavola/executor";
import { createLogger, type FlagTable, parseFlags } from "@tavola/host";
import { type Command, usageError } from "../command.ts";
import { exitStatus } from "../exit-status.ts";
import { takeLogOptions } from "./log-options.ts";

const usage = `usage: tavola executor-host --runtime_dir=DIR [--log-format=text|json]

Internal: an agent starts it. Hosts the command executors of the agent whose runtime directory this is.
`;

const flags = {
  runtime_dir: { kind: "path", help: "The agent's runtime directory.", required: true },
} as const satisfies FlagTable;

export const executorHostCommand: Command = {
  usage,
  async run(args) {
    const { logFormat, logName = "executor-host", rest } = takeLogOptions(args);
    // No variables: an agent's MESOS_… must not leak in.
    const parsed = parseFlags(flags, { arguments: rest, environment: {} });
    if (parsed.error !== undefined) throw usageError(parsed.error);
    const ending = new AbortController();
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.once(signal, () => ending.abort());
    }
    await runExecutorHost({
      runtimeDir: parsed.value.values.runtime_dir,
      logger: createLogger({ name: logName, format: logFormat }),
      signal: ending.signal,
    });
    return exitStatus.ok;
  },
};
