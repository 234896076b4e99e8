/**
 * What `tavola up` is going to start, decided before anything is: directories, ports, flags.
 */

import { join } from "node:path";
import { formatShare, type Machine, shareOf } from "./machine-share.ts";
import type { UpOptions } from "./up-options.ts";

/** What was asked for, and where on which machine it is to be. */
export interface ClusterPlanOptions extends Omit<UpOptions, "readyFile" | "workDir"> {
  readonly workDir: string;
  /** Tells this cluster's cgroups from those of others on the machine. */
  readonly cgroupsRoot: string;
  readonly machine: Machine;
}

export interface PlannedDaemon {
  /** For people: "master", "agent 1". */
  readonly name: string;
  /** The arguments of `tavola`. */
  readonly args: readonly string[];
  readonly directories: readonly string[];
  /** Made where they are missing: path to content. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface PlannedAgent extends PlannedDaemon {
  /** Where what outlives an agent is recorded. */
  readonly runtimeDir: string;
  readonly workDir: string;
  /** In Mesos's grammar. */
  readonly resources: string;
}

export const loopback = "127.0.0.1";

/** Where several masters agree; undefined for one that leads alone. */
export function storeOf({ zk, masters, workDir }: ClusterPlanOptions): string | undefined {
  return zk ?? (masters > 1 ? `sqlite://${join(workDir, "masters.db")}` : undefined);
}

/** `port`: the one it had before, when it is started again. */
export function planMaster(options: ClusterPlanOptions, index = 0, port?: number): PlannedDaemon {
  const store = storeOf(options);
  const name = options.masters === 1 ? "master" : `master-${index + 1}`;
  const workDir = join(options.workDir, name);
  const args = [
    `--work_dir=${workDir}`,
    `--ip=${loopback}`,
    `--hostname=${loopback}`,
    `--port=${port ?? (options.firstPort === 0 ? 0 : options.firstPort + index)}`,
    // On one machine a silence of four seconds says enough.
    ...(store === undefined ? [] : [`--zk=${store}`, "--zk_session_timeout=4secs"]),
  ];
  return {
    name: name.replace("-", " "),
    args: [
      "master",
      ...withFlags(args, options.masterFlags),
      `--log-format=${options.logFormat}`,
      ...(options.masters === 1 ? [] : [`--log-name=${name}`]),
    ],
    directories: [workDir],
  };
}

/**
 * `master` is a lone master's address, known once it runs, or the store of several; `before` the port it
 * had, when it is started again.
 */
export function planAgent(
  options: ClusterPlanOptions,
  index: number,
  master: string,
  before?: number,
): PlannedAgent {
  const folder = join(options.workDir, `agent-${index + 1}`);
  const workDir = join(folder, "work");
  const runtimeDir = join(folder, "run");
  const first = options.firstPort === 0 ? 0 : options.firstPort + options.masters + index;
  const resources = formatShare(shareOf(options.machine, index, options.agents));
  const args = [
    `--master=${master}`,
    `--work_dir=${workDir}`,
    `--runtime_dir=${runtimeDir}`,
    `--ip=${loopback}`,
    `--hostname=${loopback}`,
    `--port=${before ?? first}`,
    `--resources=${resources}`,
    `--cgroups_root=${options.cgroupsRoot}/agent-${index + 1}`,
    `--fetcher_cache_dir=${join(folder, "fetch")}`,
    // Two agents do not have to be kept from registering in the same moment.
    "--registration_backoff_factor=20ms",
  ];
  const flags = withFlags(args, options.agentFlags);
  return {
    name: `agent ${index + 1}`,
    args: ["agent", ...flags, `--log-format=${options.logFormat}`, `--log-name=agent-${index + 1}`],
    directories: [workDir, runtimeDir],
    workDir,
    runtimeDir,
    resources: givenValue(flags, "resources") ?? resources,
  };
}

/** Where schedulers keep their records and elect their leader. */
export function schedulerStoreOf({ schedulerFlags, workDir, zk }: ClusterPlanOptions): string {
  const isOwnFile = zk === undefined || zk.startsWith("sqlite:");
  const file = join(workDir, "scheduler", "scheduler.db");
  const planned = isOwnFile ? `sqlite://${file}` : `${zk}/scheduler`;
  return givenValue(schedulerFlags, "store") ?? planned;
}

/**
 * `master` as for agents; `discovery` are URLs of the servers to which tasks are announced; `before` the
 * port it had, when it is started again. Several share a store, and one of them leads.
 */
export function planScheduler(
  options: ClusterPlanOptions,
  index: number,
  { master, discovery }: { readonly master: string; readonly discovery: readonly string[] },
  before?: number,
): PlannedDaemon {
  const { schedulers, schedulerPort, workDir } = options;
  const name = schedulers === 1 ? "scheduler" : `scheduler-${index + 1}`;
  const folder = join(workDir, "scheduler");
  const args = [
    `--master=${master}`,
    `--work_dir=${folder}`,
    `--store=${schedulerStoreOf(options)}`,
    ...(discovery.length === 0 ? [] : [`--discovery=${discovery.join(",")}`]),
    "--store_session_timeout=4secs",
    `--ip=${loopback}`,
    `--port=${before ?? (schedulerPort === 0 ? 0 : schedulerPort + index)}`,
  ];
  return {
    name: name.replace("-", " "),
    args: [
      "scheduler",
      ...withFlags(args, options.schedulerFlags),
      `--log-format=${options.logFormat}`,
      `--log-name=${name}`,
    ],
    directories: [folder],
  };
}

function nameOf(flag: string): string {
  return flag.replace(/^--/, "").split("=", 1)[0]?.replaceAll("-", "_") ?? "";
}

function givenValue(flags: readonly string[], name: string): string | undefined {
  const flag = flags.find((each) => nameOf(each) === name);
  return flag?.slice(flag.indexOf("=") + 1);
}

/** A flag may be given once only, so those of the user replace ours. */
export function withFlags(ours: readonly string[], theirs: readonly string[]): readonly string[] {
  const names = new Set(theirs.map(nameOf));
  return [...ours.filter((flag) => !names.has(nameOf(flag))), ...theirs];
}
