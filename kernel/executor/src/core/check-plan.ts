/**
 * What a task asks to have checked, as a plan with every default filled in. Pure.
 *
 * The master refuses what makes no sense (its validation of checks); what comes here all the same,
 * from a master that does not, gets the same answer instead of a plan.
 *
 * Source: toCheckInfo() and checkInfoToCheck() in Mesos's src/checks, defaults of mesos.proto.
 */

import { type Result, secondMs } from "@tavola/base";
import type { CheckInfo, CommandInfo, HealthCheck, NetworkInfo_Protocol } from "@tavola/protocol";

/** One look at the task. */
export type Probe =
  | { readonly kind: "command"; readonly command: CommandInfo }
  /** GET, following redirects. */
  | { readonly kind: "http"; readonly url: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

export interface CheckPlan {
  /** "HTTP health check", for logs. */
  readonly name: string;
  readonly probe: Probe;
  /** From the start of the task to the first probe. */
  readonly delayMs: number;
  /** From the end of a probe to the start of the next. */
  readonly intervalMs: number;
  /** undefined: no limit. */
  readonly timeoutMs: number | undefined;
}

export interface HealthPlan extends CheckPlan {
  /** So many failures in a row, and the task is killed; none counts as one. */
  readonly failuresMax: number;
  /** Failures in so long after the start do not count, until one probe has succeeded. */
  readonly graceMs: number;
}

const defaults = {
  delaySeconds: 15,
  intervalSeconds: 10,
  timeoutSeconds: 20,
  graceSeconds: 10,
  consecutiveFailures: 3,
} as const;

/**
 * Differs: an interval is never shorter. Mesos spends a process of its own on each task's checks; ours
 * share the host with all others, and a probe of a local port takes no time at all.
 */
const intervalMsMin = 50;

/** `error` says which field is wrong. */
export function planHealthCheck(check: HealthCheck): Result<HealthPlan> {
  const { grace_period_seconds = defaults.graceSeconds, consecutive_failures } = check;
  if (!(grace_period_seconds >= 0)) return negative("grace_period_seconds");
  const type = check.type ?? deducedType(check);
  const name = `${type} health check`;
  const { command, http, tcp } = check;
  const plan = planOf(name, probeOf(name, type, { command, http, tcp }), check);
  if (plan.error !== undefined) return plan;
  return {
    value: {
      ...plan.value,
      failuresMax: consecutive_failures ?? defaults.consecutiveFailures,
      graceMs: grace_period_seconds * secondMs,
    },
  };
}

/** `error` says which field is wrong. */
export function planCheck(check: CheckInfo): Result<CheckPlan> {
  const name = `${check.type} check`;
  const probe = probeOf(name, check.type, {
    command: check.command?.command,
    http: check.http,
    tcp: check.tcp,
  });
  return planOf(name, probe, check);
}

/** Old frameworks do not say. */
function deducedType({ command, http }: HealthCheck): HealthCheck["type"] {
  if (command && !http) return "COMMAND";
  return http && !command ? "HTTP" : undefined;
}

interface ProbeTarget {
  readonly port: number;
  readonly protocol?: NetworkInfo_Protocol;
}

interface ProbeFields {
  readonly command: CommandInfo | undefined;
  readonly http: (ProbeTarget & { readonly scheme?: string; readonly path?: string }) | undefined;
  readonly tcp: ProbeTarget | undefined;
}

function probeOf(
  name: string,
  type: CheckInfo["type"],
  { command, http, tcp }: ProbeFields,
): Result<Probe> {
  switch (type) {
    case "COMMAND":
      if (command === undefined) return missing("command", name);
      if (command.value === undefined) return missing("command.value", name);
      return { value: { kind: "command", command } };
    case "HTTP": {
      if (http === undefined) return missing("http", name);
      const { scheme = "http", path = "" } = http;
      if (scheme !== "http" && scheme !== "https") {
        return { error: `Unsupported HTTP health check scheme: '${scheme}'` };
      }
      if (http.path !== undefined && !path.startsWith("/")) {
        return { error: `The path '${path}' of ${name} must start with '/'` };
      }
      const host = http.protocol === "IPv6" ? "[::1]" : "127.0.0.1";
      return { value: { kind: "http", url: `${scheme}://${host}:${http.port}${path}` } };
    }
    case "TCP": {
      if (tcp === undefined) return missing("tcp", name);
      // Differs: Mesos drops the protocol of a TCP health check on its way and always takes IPv4.
      const host = tcp.protocol === "IPv6" ? "::1" : "127.0.0.1";
      return { value: { kind: "tcp", host, port: tcp.port } };
    }
    case undefined:
      return { error: "Expecting 'type' of a check to be set" };
    default:
      return { error: `'${type}' is not a valid type of a check` };
  }
}

function missing(field: string, name: string): { error: string } {
  return { error: `Expecting '${field}' to be set for ${name}` };
}

function negative(field: string): { error: string } {
  return { error: `Expecting '${field}' to be non-negative` };
}

type CheckTimes = Pick<CheckInfo, "delay_seconds" | "interval_seconds" | "timeout_seconds">;

function planOf(name: string, probe: Result<Probe>, times: CheckTimes): Result<CheckPlan> {
  const {
    delay_seconds = defaults.delaySeconds,
    interval_seconds = defaults.intervalSeconds,
    timeout_seconds = defaults.timeoutSeconds,
  } = times;
  if (probe.error !== undefined) return probe;
  // Put this way, NaN is refused as well.
  if (!(delay_seconds >= 0)) return negative("delay_seconds");
  if (!(interval_seconds >= 0)) return negative("interval_seconds");
  if (!(timeout_seconds >= 0)) return negative("timeout_seconds");
  return {
    value: {
      name,
      probe: probe.value,
      delayMs: delay_seconds * secondMs,
      intervalMs: Math.max(intervalMsMin, interval_seconds * secondMs),
      timeoutMs: timeout_seconds === 0 ? undefined : timeout_seconds * secondMs,
    },
  };
}
