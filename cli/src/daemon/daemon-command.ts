/**
 * A daemon in the foreground: flags, log, signals, end.
 *
 * All daemons are run in the same way; what differs is their table of flags and how they start.
 * The kernel's flags are Mesos's, from arguments and `MESOS_*` variables; `--log-format` is ours.
 */

import { CodedError, describeError } from "@tavola/base";
import {
  type FlagTable,
  formatUsage,
  type LeveledLogger,
  type ParsedFlags,
  parseFlags,
} from "@tavola/host";
import { type Command, usageError } from "../command.ts";
import { exitStatus } from "../exit-status.ts";
import { type DaemonLog, type DaemonName, openDaemonLog } from "./daemon-log.ts";
import { logOptionsHelp, takeLogOptions } from "./log-options.ts";
import { tellParent, whenParentIsGone } from "./parent-channel.ts";

export interface RunningDaemon {
  /** `http://IP:PORT`. */
  readonly url: string;
  /** Resolves when it has ended by itself. */
  readonly exited?: Promise<{ readonly code: number; readonly reason: string }>;
  /** Ends it; what it runs lives on. */
  close(): Promise<void>;
  /** Ends it with all that it runs. Default: `close`. */
  shutdown?(): Promise<void>;
}

export interface DaemonStart<T extends FlagTable> {
  readonly flags: ParsedFlags<T>;
  readonly logger: LeveledLogger;
  readonly logFormat: "text" | "json";
  readonly logFile?: string;
}

export interface DaemonDefinition<T extends FlagTable> {
  readonly name: DaemonName;
  readonly description: string;
  readonly table: T;
  /** Of the variables that stand for flags. Default `MESOS_`. */
  readonly environmentPrefix?: string;
  start(options: DaemonStart<T>): Promise<RunningDaemon>;
}

export function daemonCommand<T extends FlagTable>(definition: DaemonDefinition<T>): Command {
  const { name, description, table } = definition;
  return {
    usage: `usage: tavola ${name} [--FLAG=VALUE…]\n\n${description}\n\n${logOptionsHelp}${formatUsage(table)}`,
    run: (args, terminal) => runDaemon(definition, args, terminal.environment),
  };
}

async function runDaemon<T extends FlagTable>(
  definition: DaemonDefinition<T>,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { name, table, environmentPrefix: prefix } = definition;
  const { logFormat, logName, rest } = takeLogOptions(args);
  const flags = parseFlags(table, {
    arguments: rest,
    environment,
    ...(prefix !== undefined && { prefix }),
  });
  if (flags.error !== undefined) {
    await tellParent({ kind: "failed", reason: flags.error });
    throw usageError(flags.error);
  }
  const ending = endingSignals();
  let log: DaemonLog;
  let daemon: RunningDaemon | Ending;
  try {
    log = openDaemonLog({ name, logName, logFormat, values: flags.value.values });
    const starting = definition.start({ flags: flags.value, ...log, logFormat });
    daemon = await Promise.race([starting, ending]);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    await tellParent({ kind: "failed", reason: describeError(error) });
    throw error;
  }
  const { logger } = log;
  if ("how" in daemon) {
    // It may wait for a store for minutes; nothing has begun yet.
    logger.info({ why: daemon.why }, `${name} is ending before it has started`);
    return exitStatus.ok;
  }
  await tellParent({ kind: "ready", url: daemon.url });
  const end = await Promise.race([ending, ...(daemon.exited === undefined ? [] : [daemon.exited])]);
  if ("code" in end) {
    logger.error({ reason: end.reason }, `${name} cannot go on`);
    await closeWithin(daemon, farewellMsMax);
    return end.code;
  }
  logger.info({ why: end.why }, `${name} is ending`);
  if (end.how === "shutdown" && daemon.shutdown !== undefined) await daemon.shutdown();
  else await daemon.close();
  return exitStatus.ok;
}

/** What must not go on ends soon, also when a store that is away has to be told. */
const farewellMsMax = 1000;

async function closeWithin(daemon: RunningDaemon, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([daemon.close(), promise]);
  clearTimeout(timer);
}

interface Ending {
  readonly how: "close" | "shutdown";
  readonly why: string;
}

/**
 * SIGTERM and SIGINT close; SIGUSR1 (Mesos's way for agents) and the loss of a parent shut down. The
 * first counts: one that comes twice, by a terminal and by a supervisor, must not cut the end short.
 */
function endingSignals(): Promise<Ending> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => resolve({ how: "close", why: signal }));
    }
    process.on("SIGUSR1", () => resolve({ how: "shutdown", why: "SIGUSR1" }));
    whenParentIsGone(() => resolve({ how: "shutdown", why: "whoever started it is gone" }));
  });
}
