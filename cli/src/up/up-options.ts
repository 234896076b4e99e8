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
  discoveries: { type: "string" },
  "no-frontdoor": { type: "boolean" },
  "frontdoor-rules": { type: "string" },
  "frontdoor-port": { type: "string" },
  ports: { type: "string" },
  "ready-file": { type: "string" },
  "work-dir": { type: "string" },
  "log-format": { type: "string" },
} as const satisfies OptionTable;

const limits = {
  mastersMax: 9,
  agentsMax: 50,
  schedulersMax: 5,
  discoveriesMax: 5,
  defaultPort: 5050,
} as const;

/** Where commands and people look for them, unless ports were chosen. */
const defaultPorts = { scheduler: 7099, discovery: 7098, frontdoor: 8080, frontdoorAdmin: 8081 };

export interface UpOptions {
  readonly masters: number;
  /** The store in which they agree; undefined: one of this cluster's own. */
  readonly zk: string | undefined;
  readonly agents: number;
  readonly schedulers: number;
  /** The first master's, those of the other masters and of the agents are the next; 0 lets the system pick each. */
  readonly firstPort: number;
  /** Of the first scheduler, the others get the next; 0 lets the system pick each. */
  readonly schedulerPort: number;
  readonly discoveries: number;
  /** Of the first discovery server, the others get the next; 0 lets the system pick each. */
  readonly discoveryPort: number;
  readonly hasFrontdoor: boolean;
  readonly frontdoorPort: number;
  readonly frontdoorAdminPort: number;
  /** undefined: a file in the work directory. */
  readonly frontdoorRules: string | undefined;
  readonly readyFile: string | undefined;
  readonly workDir: string | undefined;
  readonly logFormat: "text" | "json";
  /** Flags that the user passes through, `--name=value`; they win over those of the plan. */
  readonly masterFlags: readonly string[];
  readonly agentFlags: readonly string[];
  readonly schedulerFlags: readonly string[];
  readonly discoveryFlags: readonly string[];
  readonly frontdoorFlags: readonly string[];
}

/** Throws a usage error. */
export function parseUpOptions(args: readonly string[]): UpOptions {
  const passed = (daemon: string): string[] =>
    args
      .filter((arg) => arg.startsWith(`--${daemon}.`))
      .map((arg) => `--${arg.slice(daemon.length + 3)}`);
  const own = args.filter((arg) => !/^--(master|agent|scheduler|discovery|frontdoor)\./.test(arg));
  const { values, positionals } = parseOptions(options, own);
  if (positionals.length > 0) throw usageError(`unexpected argument "${positionals[0]}"`);
  const logFormat = values["log-format"] ?? "text";
  if (logFormat !== "text" && logFormat !== "json") {
    throw usageError(`--log-format is "${logFormat}"; wanted text or json`);
  }
  const masters = parseCount("masters", values.masters, 1, limits.mastersMax);
  const agents = parseCount("agents", values.agents, 2, limits.agentsMax);
  const firstPort = parsePorts(values.ports);
  const schedulers = countOrNone("schedulers", values.schedulers, limits.schedulersMax);
  const discoveries = countOrNone("discoveries", values.discoveries, limits.discoveriesMax);
  const isWithout = values["no-frontdoor"] === true || discoveries === 0;
  for (const name of ["frontdoor-rules", "frontdoor-port"] as const) {
    if (!isWithout || values[name] === undefined) continue;
    const why = discoveries === 0 ? "without discovery" : "with --no-frontdoor";
    throw usageError(`--${name} is for a front door, and there is none ${why}`);
  }
  return {
    masters,
    zk: parseStore(values.zk),
    agents,
    schedulers,
    firstPort,
    discoveries,
    hasFrontdoor: !isWithout,
    frontdoorRules: values["frontdoor-rules"],
    ...portsOf(values, firstPort, { kernel: masters + agents, schedulers, discoveries }),
    readyFile: values["ready-file"],
    workDir: values["work-dir"],
    logFormat,
    masterFlags: passed("master"),
    agentFlags: passed("agent"),
    schedulerFlags: passed("scheduler"),
    discoveryFlags: passed("discovery"),
    frontdoorFlags: passed("frontdoor"),
  };
}

function parseStore(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const { error } = parseStoreUrl(text);
  if (error !== undefined) throw usageError(`--zk: ${error}`);
  return text;
}

function countOrNone(name: string, text: string | undefined, max: number): number {
  if (text === undefined) return 1;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw usageError(`--${name} is "${text}"; wanted a whole number from 0 to ${max}`);
}

interface DaemonCounts {
  /** Masters and agents. */
  readonly kernel: number;
  readonly schedulers: number;
  readonly discoveries: number;
}

/** Where commands look for them, unless the ports were chosen: then one behind the other. */
function portsOf(
  values: { readonly ports?: string; readonly "frontdoor-port"?: string },
  firstPort: number,
  { kernel, schedulers, discoveries }: DaemonCounts,
): Pick<UpOptions, "schedulerPort" | "discoveryPort" | "frontdoorPort" | "frontdoorAdminPort"> {
  const chosen = (fallback: number, daemonsBefore: number): number => {
    if (values.ports === undefined) return fallback;
    return firstPort === 0 ? 0 : firstPort + daemonsBefore;
  };
  const behind = kernel + schedulers + discoveries;
  const given = values["frontdoor-port"];
  return {
    schedulerPort: chosen(defaultPorts.scheduler, kernel),
    // Several count on behind the schedulers' ports.
    discoveryPort: chosen(
      discoveries > 1 ? defaultPorts.scheduler + schedulers : defaultPorts.discovery,
      kernel + schedulers,
    ),
    frontdoorPort: given === undefined ? chosen(defaultPorts.frontdoor, behind) : parsePort(given),
    frontdoorAdminPort: chosen(defaultPorts.frontdoorAdmin, behind + 1),
  };
}

function parsePort(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw usageError(`--frontdoor-port is "${text}"; wanted 0 to 65535, 0 for a free one`);
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
