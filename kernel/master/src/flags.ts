/**
 * The master's flags, under Mesos's names and with Mesos's defaults.
 *
 * Three tables make one: the flags that do something here, those of several masters and their registry
 * (in `flags-availability.ts`), and (in `flags-inert.ts`) those which belong to features that are not
 * there yet: accepted while they ask for nothing, refused with a clear sentence when they do. Parsing itself is `host`'s; nothing else reads the environment.
 */

import { minuteMs, secondMs } from "@tavola/base";
import { type FlagTable, type FlagValues, logFlags } from "@tavola/host";
import { parseQuantities, type Quantities, validateRole } from "@tavola/resources";
import { atLeast, between } from "./flag-bounds.ts";
import { availabilityFlags } from "./flags-availability.ts";
import { inertMasterFlags } from "./flags-inert.ts";

const ownMasterFlags = {
  // Where it stands
  ip: { kind: "string", help: "IP address to listen on." },
  port: { kind: "int", help: "Port to listen on; 0 picks a free one.", default: 5050 },
  advertise_ip: { kind: "string", help: "IP address that others reach this master at." },
  advertise_port: { kind: "int", help: "Port that others reach this master at." },
  hostname: { kind: "string", help: "Hostname to report; default: looked up from the address." },
  hostname_lookup: {
    kind: "bool",
    help: "Whether to look the hostname up; otherwise the IP address is reported.",
    default: true,
  },
  cluster: { kind: "string", help: "Name of the cluster, shown to people." },

  // What it remembers
  work_dir: {
    kind: "path",
    help: "Directory of what must survive a restart of the master.",
    required: true,
  },
  max_completed_frameworks: {
    kind: "int",
    help: "Ended frameworks that are remembered.",
    default: 50,
    validate: atLeast(0, "0"),
  },
  max_completed_tasks_per_framework: {
    kind: "int",
    help: "Ended tasks that are remembered for each framework.",
    default: 1000,
    validate: atLeast(0, "0"),
  },
  max_unreachable_tasks_per_framework: {
    kind: "int",
    help: "Tasks of unreachable agents that are remembered for each framework.",
    default: 1000,
    validate: atLeast(0, "0"),
  },
  registry_max_agent_count: {
    kind: "int",
    help: "Unreachable and gone agents that are remembered, of each kind.",
    default: 102_400,
    validate: atLeast(1, "1"),
  },

  // How it watches its agents
  agent_ping_timeout: {
    kind: "duration",
    help: "How long an agent may take to answer a ping.",
    default: 15 * secondMs,
    validate: between([secondMs, 15 * minuteMs], "between 1secs and 15mins"),
  },
  max_agent_ping_timeouts: {
    kind: "int",
    help: "Unanswered pings in a row after which an agent is unreachable.",
    default: 5,
    validate: atLeast(1, "1"),
  },

  // How it shares
  allocation_interval: {
    kind: "duration",
    help: "Between two regular allocations; changes in the cluster are seen sooner.",
    default: secondMs,
    validate: atLeast(1, "1ms"),
  },
  offer_timeout: {
    kind: "duration",
    help: "How long an offer may stand unanswered; default: for ever.",
    validate: atLeast(1, "1ms"),
  },
  min_allocatable_resources: {
    kind: "string",
    help: "Least that is worth an offer, alternatives separated by `|`.",
    default: "cpus:0.01|mem:32",
    validate: (value: string) => parseMinAllocatable(value).error,
  },
  roles: {
    kind: "string",
    help: "Roles that frameworks may have, separated by commas; default: any.",
    validate: (value: string) => parseRoles(value).error,
  },
  root_submissions: {
    kind: "bool",
    help: "Whether frameworks may run as user root.",
    default: true,
  },
} as const satisfies FlagTable;

/** Every flag of `tavola master`. */
export const masterFlags = {
  ...ownMasterFlags,
  ...availabilityFlags,
  ...logFlags,
  ...inertMasterFlags,
};

export type MasterFlags = FlagValues<typeof masterFlags>;

/** `cpus:0.01|mem:32`: any one of the alternatives will do. */
export function parseMinAllocatable(text: string): {
  readonly value: readonly Quantities[];
  readonly error?: string;
} {
  const alternatives: Quantities[] = [];
  for (const part of text.split("|")) {
    const { value, error } = parseQuantities(part);
    if (error !== undefined) return { value: [], error };
    alternatives.push(value);
  }
  return { value: alternatives };
}

/** `web,eng`; `*` is always among them. */
export function parseRoles(text: string): {
  readonly value: ReadonlySet<string>;
  readonly error?: string;
} {
  const roles = text.split(",").map((role) => role.trim());
  const error = roles.map(validateRole).find((refusal) => refusal !== undefined);
  return { value: new Set(["*", ...roles]), ...(error !== undefined && { error }) };
}
