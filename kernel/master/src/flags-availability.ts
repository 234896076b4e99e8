/**
 * The flags of what outlives a master: who leads, what is kept, and how long agents have to come back.
 *
 * Names and defaults are Mesos's. `--zk` also takes the other stores that masters can agree in, and
 * `--quorum` is taken and not needed: the store has a quorum of its own.
 */

import { dayMs, minuteMs, type Result, secondMs, weekMs } from "@tavola/base";
import { parseStoreUrl } from "@tavola/coordination";
import { type FlagTable, parseDuration } from "@tavola/host";
import { atLeast, between } from "./flag-bounds.ts";

const registries = ["replicated_log", "log_storage", "in_memory"];

export const availabilityFlags = {
  // Who leads
  zk: {
    kind: "string",
    validate: (value: string) => parseStoreUrl(value).error,
    help:
      "Store in which masters elect their leader and keep the registry:\n" +
      "`zk://[user:password@]host1:port1,host2:port2/path` (ZooKeeper), `etcd://…` (etcd), or\n" +
      "`sqlite:///absolute/file.db` (masters of one machine). `file:///path` names a file with it.\n" +
      "Default: this master leads alone.",
  },
  zk_session_timeout: {
    kind: "duration",
    help: "After so long without an answer from the store a leader has lost its leadership.",
    default: 10 * secondMs,
    validate: between([100, dayMs], "between 100ms and 1days"),
  },
  zk_connect_timeout: {
    kind: "duration",
    help: "How long to try to reach the store before this master gives up. Not one of Mesos's.",
    default: minuteMs,
    validate: atLeast(1, "1ms"),
  },
  quorum: {
    kind: "int",
    help: "Accepted; has no effect: the store that `--zk` names decides by its own quorum.",
    validate: atLeast(1, "1"),
  },

  // The registry
  registry: {
    kind: "string",
    help:
      "`replicated_log`: kept in the store that `--zk` names, or in `registry.db` in the work\n" +
      "directory. `in_memory`: what was admitted is forgotten when the master ends.",
    default: "replicated_log",
    validate: (value: string) =>
      registries.includes(value)
        ? undefined
        : `'${value}' is no registry; it is replicated_log or in_memory`,
  },
  log_auto_initialize: {
    kind: "bool",
    help: "Whether to make an empty registry where there is none.",
    default: true,
  },
  registry_fetch_timeout: {
    kind: "duration",
    help: "How long reading the registry may take before this master gives up.",
    default: minuteMs,
    validate: atLeast(1, "1ms"),
  },
  registry_store_timeout: {
    kind: "duration",
    help: "How long a write of the registry may take before this master gives up.",
    default: 20 * secondMs,
    validate: atLeast(1, "1ms"),
  },
  registry_gc_interval: {
    kind: "duration",
    help: "How often agents that have been away for too long are forgotten.",
    default: 15 * minuteMs,
    validate: atLeast(1, "1ms"),
  },
  registry_max_agent_age: {
    kind: "duration",
    help: "How long an unreachable or gone agent is remembered.",
    default: 2 * weekMs,
    validate: atLeast(1, "1ms"),
  },

  // Agents that do not come back
  agent_reregister_timeout: {
    kind: "duration",
    help: "How long an agent whose connection broke, or whose master changed, may take to reregister.",
    default: 10 * minuteMs,
    validate: atLeast(10 * minuteMs, "10mins"),
  },
  recovery_agent_removal_limit: {
    kind: "string",
    help:
      "Share of the agents, such as 50%, that may fail to come back to a new leader; when more do,\n" +
      "it ends instead of giving them up.",
    default: "100%",
    validate: (value: string) => parsePercentage(value).error,
  },
  agent_removal_rate_limit: {
    kind: "string",
    help: "How many agents may be given up in how long, such as 1/10mins. Default: any number.",
    validate: (value: string) => parseRateLimit(value).error,
  },
} as const satisfies FlagTable;

/** `50%` is 0.5. */
export function parsePercentage(text: string): Result<number> {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent === undefined || Number(percent) > 100) {
    return { error: `'${text}' is no share; wanted a percentage such as 50%` };
  }
  return { value: Number(percent) / 100 };
}

export interface RateLimit {
  readonly permits: number;
  readonly perMs: number;
}

/** `1/10mins`: one in every ten minutes. */
export function parseRateLimit(text: string): Result<RateLimit> {
  const [, permits, duration] = /^(\d+)\/(.+)$/.exec(text) ?? [];
  const per = duration === undefined ? undefined : parseDuration(duration).value;
  if (!(Number(permits) > 0) || per === undefined || per <= 0) {
    return { error: `'${text}' is no rate; wanted NUMBER/DURATION such as 1/10mins` };
  }
  return { value: { permits: Number(permits), perMs: per } };
}
