/**
 * The agent's flags, under Mesos's names and with Mesos's defaults.
 *
 * Two tables make one: the flags that do something here, and (in `flags-inert.ts`) those which
 * belong to features that are not there yet: accepted while they ask for nothing, refused with a
 * clear sentence when they do. Parsing itself is `host`'s; nothing else reads the environment.
 */

import { minuteMs, secondMs, weekMs } from "@tavola/base";
import { isStoreUrl, parseStoreUrl } from "@tavola/coordination";
import { type FlagTable, type FlagValues, logFlags, oneOf } from "@tavola/host";
import { inertAgentFlags } from "./flags-inert.ts";

const gib = 1024 ** 3;

/** Says why `value` will not do as a master's address. */
function validateMaster(value: string): string | undefined {
  if (isStoreUrl(value)) return parseStoreUrl(value).error;
  return /^(?:master@)?[^@:/\s]+:\d{1,5}$/.test(value)
    ? undefined
    : `'${value}' is not an address; give the master's as host:port, or the store of several as zk://host:port/path`;
}

function validatePositive(value: number): string | undefined {
  return value > 0 ? undefined : "must be greater than zero";
}

function validateFraction(value: number): string | undefined {
  return value >= 0 && value <= 1 ? undefined : "must be between 0 and 1";
}

/** Says why `text` is not a JSON object whose values are all strings. */
function validateEnvironment(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
    if (isObject && Object.values(parsed).every((value) => typeof value === "string")) return;
    return 'must be a JSON object of strings, such as {"PATH":"/bin:/usr/bin"}';
  } catch {
    return "is not JSON";
  }
}

const ownAgentFlags = {
  // Where it stands
  master: {
    kind: "string",
    help:
      "The master's address, `host:port`; or the store in which masters elect their leader, as their\n" +
      "`--zk` has it: `zk://host1:port1,host2:port2/path`, `etcd://…`, `sqlite:///…`.",
    required: true,
    validate: validateMaster,
  },
  ip: { kind: "string", help: "IP address to listen on." },
  port: { kind: "int", help: "Port to listen on; 0 picks a free one.", default: 5051 },
  advertise_ip: { kind: "string", help: "IP address that others reach this agent at." },
  advertise_port: { kind: "int", help: "Port that others reach this agent at." },
  hostname: { kind: "string", help: "Hostname to report; default: looked up from the address." },
  hostname_lookup: {
    kind: "bool",
    help: "Whether to look the hostname up; otherwise the IP address is reported.",
    default: true,
  },

  // What it offers
  resources: {
    kind: "string",
    help: "Resources of this agent, `cpus:4;mem:1024;ports:[31000-32000]` or JSON; those left out are detected.",
  },
  attributes: { kind: "string", help: "Attributes of this agent, `rack:r1;level:10`." },
  default_role: {
    kind: "string",
    help: "Role of the resources that name none.",
    default: "*",
  },

  // Where it writes
  work_dir: {
    kind: "path",
    help: "Directory of sandboxes and checkpoints; keep it across restarts and reboots.",
    required: true,
  },
  runtime_dir: {
    kind: "path",
    help: "Directory of what must survive the agent but not a reboot.",
    default: "/var/run/mesos",
  },
  gc_delay: {
    kind: "duration",
    help: "How long a finished executor's sandbox is kept at most.",
    default: weekMs,
  },
  gc_disk_headroom: {
    kind: "double",
    help: "Sandboxes are kept for gc_delay * max(0, 1 - gc_disk_headroom - disk usage).",
    default: 0.1,
    validate: validateFraction,
  },
  disk_watch_interval: {
    kind: "duration",
    help: "How often disk usage is looked at.",
    default: minuteMs,
    validate: validatePositive,
  },
  max_completed_executors_per_framework: {
    kind: "int",
    help: "Finished executors remembered for each framework.",
    default: 150,
  },

  // How it runs containers
  launcher: {
    kind: "string",
    help: "`linux` (cgroups) or `posix` (process groups); default: what this machine allows.",
    validate: oneOf("linux", "posix"),
  },
  isolation: {
    kind: "string",
    help: "Isolators, such as `cgroups/cpu,cgroups/mem` or `posix/cpu,posix/mem`; default: what this machine allows.",
  },
  cgroups_hierarchy: {
    kind: "path",
    help: "Root of the cgroup hierarchies.",
    default: "/sys/fs/cgroup",
  },
  cgroups_root: { kind: "string", help: "Name of our root cgroup.", default: "mesos" },
  cgroups_enable_cfs: {
    kind: "bool",
    help: "Whether cpus are a hard limit (CFS quota) and not only a share.",
    default: false,
  },
  cgroups_limit_swap: {
    kind: "bool",
    help: "Whether the memory limit covers swap too (cgroups v1).",
    default: false,
  },
  cgroups_destroy_timeout: {
    kind: "duration",
    help: "How long the destruction of a cgroup may take.",
    default: minuteMs,
  },
  switch_user: {
    kind: "bool",
    help: "Whether tasks run as the user of their framework or command.",
    default: true,
  },
  executor_environment_variables: {
    kind: "string",
    help: "JSON object of variables that executors get instead of the agent's own environment.",
    validate: validateEnvironment,
  },
  executor_registration_timeout: {
    kind: "duration",
    help: "How long a new executor may take to register.",
    default: minuteMs,
  },
  executor_shutdown_grace_period: {
    kind: "duration",
    help: "How long an executor may take to shut down before it is killed.",
    default: 5 * secondMs,
  },
  executor_reregistration_timeout: {
    kind: "duration",
    help: "How long executors may take to come back after the agent's restart.",
    default: 2 * secondMs,
    validate: (value: number) => (value <= 15 * secondMs ? undefined : "must be at most 15secs"),
  },
  recover: {
    kind: "string",
    help: "`reconnect`: a restarted agent takes up what runs; `cleanup`: it ends all of it, then itself.",
    default: "reconnect",
    validate: oneOf("reconnect", "cleanup"),
  },
  strict: {
    kind: "bool",
    help: "Whether a restarted agent refuses to start on a checkpoint that it cannot read; otherwise it leaves it out.",
    default: true,
  },
  reconfiguration_policy: {
    kind: "string",
    help: "What may have changed when a restarted agent keeps its id: `equal` nothing, `additive` more resources and attributes.",
    default: "equal",
    validate: oneOf("equal", "additive"),
  },
  recovery_timeout: {
    kind: "duration",
    help: "How long executors live on without their agent.",
    default: 15 * minuteMs,
  },
  frameworks_home: {
    kind: "path",
    help: "Directory prepended to relative executor URIs.",
    default: "",
  },
  fetcher_cache_size: { kind: "bytes", help: "Size of the fetcher's cache.", default: 2 * gib },
  fetcher_cache_dir: {
    kind: "path",
    help: "Directory of the fetcher's cache.",
    default: "/tmp/mesos/fetch",
  },
  fetcher_stall_timeout: {
    kind: "duration",
    help: "How long a download may stand still.",
    default: minuteMs,
  },

  // How it talks to the master
  registration_backoff_factor: {
    kind: "duration",
    help: "Bound of the first random delay before (re)registration; doubles up to 1mins.",
    default: secondMs,
  },
} as const satisfies FlagTable;

/** Every flag of `tavola agent`. */
export const agentFlags = { ...ownAgentFlags, ...logFlags, ...inertAgentFlags };

export type AgentFlags = FlagValues<typeof agentFlags>;
