/**
 * The scheduler's flags: where it stands, whom it talks to, and where it keeps what.
 *
 * How it behaves (timings, quotas, mail, who may do what) is its configuration's, a file given with
 * `--config`; flags win over it.
 */

import { type FlagTable, type FlagValues, logFlags } from "@tavola/host";

const portMax = 65_535;

export const schedulerFlags = {
  // Where it stands
  ip: { kind: "string", help: "IP address to listen on.", default: "127.0.0.1" },
  port: {
    kind: "int",
    help: "Port to listen on; 0 picks a free one.",
    default: 7099,
    validate: (port: number) =>
      port >= 0 && port <= portMax ? undefined : `expected 0 to ${portMax}`,
  },
  hostname: { kind: "string", help: "Name that others reach this scheduler by; default: the IP." },
  context_path: {
    kind: "string",
    help: "What every path begins with; / for none.",
    default: "/singularity",
    validate: (path: string) => (path.startsWith("/") ? undefined : "expected a path from /"),
  },

  // Whom it talks to
  master: {
    kind: "string",
    help: "Masters: HOST:PORT, several with commas, or their store: zk://…, etcd://…, sqlite:///…",
    required: true,
  },
  discovery: {
    kind: "string",
    help: "Discovery servers to announce healthy tasks to: http://HOST:PORT, several with commas; default: the configuration's discovery.servers, or none.",
  },
  framework_id: { kind: "string", help: "Id to register under.", default: "Singularity" },
  framework_name: { kind: "string", help: "Name to register under.", default: "Singularity" },
  role: { kind: "string", help: "Role, or several with commas.", default: "*" },
  user: { kind: "string", help: "Unix user that tasks run as; default: the scheduler's own." },
  principal: { kind: "string", help: "Who it says it is." },
  failover_timeout: {
    kind: "duration",
    help: "How long tasks live on without a scheduler.",
    default: 1_000_000_000,
  },

  // Where it keeps what
  work_dir: {
    kind: "path",
    help: "Directory of the embedded databases; made where it is missing.",
    required: true,
  },
  store: {
    kind: "string",
    help: "What must not be lost: zk://HOSTS/PATH, etcd://HOSTS/PATH (for several schedulers), or sqlite:///FILE; default: a file in the work directory.",
  },
  store_session_timeout: {
    kind: "duration",
    help: "How long the store waits for this scheduler before another may lead.",
    default: 10_000,
  },
  history: {
    kind: "string",
    help: "What has ended: postgres://USER:PASSWORD@HOST/DATABASE or sqlite:///FILE; default: a file in the work directory.",
  },

  config: {
    kind: "path",
    help: "File with everything else, in YAML or JSON; Singularity's keys are understood.",
  },
  ...logFlags,
} as const satisfies FlagTable;

export type SchedulerFlags = FlagValues<typeof schedulerFlags>;
