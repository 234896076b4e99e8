/**
 * The command line of `tavola up`.
 */

import { parseStoreUrl } from "@tavola/coordination";
import { usageError } from "../command.ts";
import { type OptionTable, parseCount, parseOptions } from "../options.ts";

const options = {
  masters: { type: "string" },
  zk: { type: "string" },
  agents: { type: "string" },
  schedulers: { type: "string" },
  ports: { type: "string" },
  "ready-file": { type: "string" },
  "work-dir": { type: "string" },
  "log-format": { type: "string" },
} as const satisfies OptionTable;

const limits = { mastersMax: 9, agentsMax: 50, schedulersMax: 5, defaultPort: 5050 } as const;

export interface UpOptions {
  readonly masters: number;
  /** The store in which they agree; undefined: one of this cluster's own. */
  readonly zk: string | undefined;
  readonly agents: number;
  readonly schedulers: number;
  /** 0: the system picks. */
  readonly firstPort: number;
  /** Of the first scheduler. 0: the system picks. */
  readonly schedulerPort: number;
  readonly readyFile: string | undefined;
  readonly workDir: string | undefined;
  readonly logFormat: "text" | "json";
  readonly masterFlags: readonly string[];
  readonly agentFlags: readonly string[];
  readonly schedulerFlags: readonly string[];
}

/** Throws a usage error. */
export function parseUpOptions(args: readonly string[]): UpOptions {
  const passed = (daemon: string): string[] =>
    args
      .filter((arg) => arg.startsWith(`--${daemon}.`))
      .map((arg) => `--${arg.slice(daemon.length + 3)}`);
  const own = args.filter((arg) => !/^--(master|agent|scheduler)\./.test(arg));
  const { values, positionals } = parseOptions(options, own);
  if (positionals.length > 0) throw usageError(`unexpected argument "${positionals[0]}"`);
  const logFormat = values["log-format"] ?? "text";
  if (logFormat !== "text" && logFormat !== "json") {
    throw usageError(`--log-format is "${logFormat}"; wanted text or json`);
  }
  const masters = parseCount("masters", values.masters, 1, limits.mastersMax);
  const agents = parseCount("agents", values.agents, 2, limits.agentsMax);
  const firstPort = parsePorts(values.ports);
  return {
    masters,
    zk: parseStore(values.zk),
    agents,
    schedulers:
      values.schedulers === "0"
        ? 0
        : parseCount("schedulers", values.schedulers, 1, limits.schedulersMax),
    firstPort,
    schedulerPort: schedulerPortOf(values.ports, firstPort, masters + agents),
    readyFile: values["ready-file"],
    workDir: values["work-dir"],
    logFormat,
    masterFlags: passed("master"),
    agentFlags: passed("agent"),
    schedulerFlags: passed("scheduler"),
  };
}

function parseStore(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const { error } = parseStoreUrl(text);
  if (error !== undefined) throw usageError(`--zk: ${error}`);
  return text;
}

/** Where commands look for it, unless the ports were chosen: then behind those of masters and agents. */
function schedulerPortOf(given: string | undefined, firstPort: number, daemons: number): number {
  if (given === undefined) return 7099;
  return firstPort === 0 ? 0 : firstPort + daemons;
}

function parsePorts(text: string | undefined): number {
  if (text === undefined) return limits.defaultPort;
  if (text === "auto") return 0;
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 1 && port <= 65_000) return port;
  throw usageError(
    `--ports is "${text}"; wanted auto, or the first master's port (the other daemons get the next)`,
  );
}
