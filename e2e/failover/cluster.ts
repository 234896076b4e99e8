/**
 * A cluster of real processes, each in a host of its own: three ZooKeeper (or etcd) servers, three
 * masters, agents, and frameworks.
 *
 * A master that ends is started again, as a supervisor would, unless the test took it away. `close`
 * ends everything and removes folders, cgroups and network, also when it came only halfway.
 */

import { mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, tavolaCommand } from "@tavola/harness";
import {
  type Cgroup,
  cgroupTree,
  destroyCgroup,
  detectCgroupMounts,
  systemClock,
} from "@tavola/host";
import {
  type Ensemble,
  findEtcd,
  findZooKeeper,
  startEtcd,
  startZooKeeper,
} from "@tavola/test-servers";
import { Daemon } from "./daemon.ts";
import { Framework, type WantedTask } from "./framework.ts";
import { createNetwork, type NetworkHost, type TestNetwork, whyNoNetwork } from "./network.ts";
import { CountingTask, countingCommand } from "./tasks.ts";

export interface FailoverOptions {
  readonly agents?: number;
  /** Default 4. */
  readonly sessionSeconds?: number;
  /** Where the masters meet, three servers of it. Default "zookeeper". */
  readonly store?: "zookeeper" | "etcd";
  readonly masterFlags?: readonly string[];
  readonly agentFlags?: readonly string[];
}

/** A master, its host, and whether it comes back by itself. */
export interface MasterPlace {
  readonly daemon: Daemon;
  readonly host: NetworkHost;
  readonly url: string;
}

/** Why this machine cannot run these tests; undefined when it can. */
export function whyNoFailover(store: "zookeeper" | "etcd" = "zookeeper"): string | undefined {
  return whyNoNetwork() ?? (store === "etcd" ? findEtcd() : findZooKeeper()).error;
}

const masterPort = 5050;
const agentPort = 5051;

export class FailoverCluster {
  readonly folder = mkdtempSync(join(tmpdir(), "tavola-failover-"));
  readonly network: TestNetwork;
  readonly masters: MasterPlace[] = [];
  readonly agents: Daemon[] = [];
  readonly frameworks: Framework[] = [];
  readonly storeHosts: NetworkHost[] = [];
  readonly #options: FailoverOptions;
  readonly #cgroups: string[] = [];
  #store: Ensemble | undefined;
  #closing = false;

  private constructor(network: TestNetwork, options: FailoverOptions) {
    this.network = network;
    this.#options = options;
  }

  /** Resolves when one master leads and every agent is registered. When it rejects, nothing is left. */
  static async start(options: FailoverOptions = {}): Promise<FailoverCluster> {
    const cluster = new FailoverCluster(await createNetwork(), options);
    try {
      await cluster.#start();
    } catch (error) {
      const logs = cluster.logs();
      await cluster.close();
      throw new Error(`cannot start a cluster:\n${logs}`, { cause: error });
    }
    return cluster;
  }

  get store(): Ensemble {
    if (this.#store === undefined) throw new Error("the store was not started");
    return this.#store;
  }

  /** `zk://…/mesos` or `etcd://…/mesos` */
  get storeUrl(): string {
    return this.store.url("/mesos");
  }

  /** The master that leads, as whichever is asked says: followers redirect. */
  async leader(): Promise<MasterPlace> {
    const asked = await Promise.any(
      this.masters
        .filter(({ daemon }) => daemon.isRunning)
        .map(async ({ url }) => {
          const answer = await fetch(`${url}/state`, { signal: AbortSignal.timeout(2_000) });
          if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
          return (await answer.json()) as { pid: string };
        }),
    );
    const leader = this.masters.find(({ host }) =>
      asked.pid.endsWith(`@${host.address}:${masterPort}`),
    );
    if (leader === undefined) throw new Error(`${asked.pid} leads, which is none of ours`);
    return leader;
  }

  /** A leader other than this one. */
  nextLeader(last: MasterPlace): Promise<MasterPlace> {
    return eventually(
      `a leader other than ${last.host.name}`,
      async () => {
        const leader = await this.leader();
        return leader === last ? undefined : leader;
      },
      { boundMs: 30_000, intervalMs: 50 },
    );
  }

  /** The leader's `/state`. */
  async state(): Promise<MasterState> {
    const { url } = await this.leader();
    const answer = await fetch(`${url}/state`, { signal: AbortSignal.timeout(5_000) });
    return (await answer.json()) as MasterState;
  }

  async agentsRegistered(count = this.agents.length): Promise<void> {
    await eventually(
      `${count} agents to be registered`,
      async () => ((await this.state()).activated_slaves === count ? true : undefined),
      { boundMs: 40_000, intervalMs: 100 },
    );
  }

  /** A framework on a host of its own whose tasks count. `tasks`: their ids, each with where it runs. */
  async framework(
    name: string,
    tasks: readonly (Omit<WantedTask, "command"> & { readonly command?: string })[],
    options: {
      readonly isPartitionAware?: boolean;
      readonly failoverTimeoutSeconds?: number;
      readonly launchesPerOffer?: number;
    } = {},
  ): Promise<{ readonly framework: Framework; readonly tasks: readonly CountingTask[] }> {
    const host = await this.network.addHost(name);
    const framework = new Framework(host, this.folder, {
      name,
      masters: this.storeUrl,
      failoverTimeoutSeconds: options.failoverTimeoutSeconds ?? 600,
      isPartitionAware: options.isPartitionAware ?? true,
      launchesPerOffer: options.launchesPerOffer ?? 1000,
      tasks: tasks.map((task) => ({
        command: this.#commandOf(task),
        ...task,
      })),
    });
    this.frameworks.push(framework);
    return { framework, tasks: tasks.map(({ id }) => new CountingTask(this.folder, id)) };
  }

  /** What they all said, the end of each. */
  logs(): string {
    const daemons = [
      ...this.masters.map(({ daemon }) => daemon),
      ...this.agents,
      ...this.frameworks.map(({ daemon }) => daemon),
    ];
    return daemons
      .map((daemon) => `==== ${daemon.host.name}\n${daemon.log().slice(-6_000)}`)
      .join("\n");
  }

  async close(): Promise<void> {
    this.#closing = true;
    const daemons = [...this.agents, ...this.masters.map(({ daemon }) => daemon)];
    await Promise.all(this.frameworks.map(({ daemon }) => daemon.kill()));
    await Promise.all(daemons.map((daemon) => daemon.kill()));
    await this.network.close();
    await this.#store?.close();
    for (const root of this.#cgroups) await removeCgroups(root);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  async #start(): Promise<void> {
    for (const name of ["s1", "s2", "s3"]) {
      this.storeHosts.push(await this.network.addHost(name));
    }
    const start = this.#options.store === "etcd" ? startEtcd : startZooKeeper;
    this.#store = await start({ places: this.storeHosts });
    for (const name of ["m1", "m2", "m3"]) this.#addMaster(await this.network.addHost(name));
    const agents = this.#options.agents ?? 2;
    for (let number = 1; number <= agents; number += 1) {
      this.#addAgent(await this.network.addHost(`a${number}`));
    }
    await eventually("a leader", () => this.leader(), { boundMs: 30_000, intervalMs: 50 });
    await Promise.race([this.agentsRegistered(), ...this.agents.map(endsEarly)]);
  }

  #addMaster(host: NetworkHost): void {
    const workDir = join(this.folder, host.name);
    mkdirSync(workDir);
    const daemon = new Daemon({
      host,
      argv: [
        ...tavolaCommand,
        "master",
        `--zk=${this.storeUrl}`,
        "--quorum=2",
        `--zk_session_timeout=${this.#options.sessionSeconds ?? 4}secs`,
        `--ip=${host.address}`,
        `--hostname=${host.address}`,
        `--port=${masterPort}`,
        `--work_dir=${workDir}`,
        ...(this.#options.masterFlags ?? []),
      ],
      logFile: join(this.folder, `${host.name}.log`),
    });
    const place = { daemon, host, url: `http://${host.address}:${masterPort}` };
    this.masters.push(place);
    this.#supervise(daemon);
  }

  /** Starts it again when it ends by itself; a test that kills it has `restart` do that. */
  #supervise(daemon: Daemon): void {
    void daemon.ended.then(async (how) => {
      if (this.#closing || !how.startsWith("exit code")) return;
      await daemon.restart();
      this.#supervise(daemon);
    });
  }

  /** Brings a master back that the test killed. */
  async restartMaster({ daemon }: MasterPlace): Promise<void> {
    await daemon.restart();
    this.#supervise(daemon);
  }

  #addAgent(host: NetworkHost): void {
    const workDir = join(this.folder, host.name);
    const root = `tavola-failover-${process.pid}-${host.name}`;
    this.#cgroups.push(root);
    this.agents.push(
      new Daemon({
        host,
        argv: [
          ...tavolaCommand,
          "agent",
          `--master=${this.storeUrl}`,
          `--ip=${host.address}`,
          `--hostname=${host.name}`,
          `--port=${agentPort}`,
          `--work_dir=${workDir}/work`,
          `--runtime_dir=${workDir}/run`,
          `--cgroups_root=${root}`,
          "--resources=cpus:8;mem:4096;disk:1000",
          "--registration_backoff_factor=100ms",
          ...(this.#options.agentFlags ?? []),
        ],
        logFile: join(this.folder, `${host.name}.log`),
      }),
    );
  }

  #commandOf({ id, executor }: Omit<WantedTask, "command">): string {
    if (executor === undefined) return countingCommand(this.folder, id);
    return `exec ${process.execPath} ${join(import.meta.dirname, "executor-process.ts")} ${this.folder}`;
  }
}

/** The part of `/state` that tests look at. */
export interface MasterState {
  readonly pid: string;
  readonly activated_slaves: number;
  readonly unreachable_slaves: number;
  readonly frameworks: readonly {
    readonly id: string;
    readonly name: string;
    readonly active: boolean;
    readonly connected: boolean;
    readonly tasks: readonly { readonly id: string; readonly state: string }[];
    readonly completed_tasks: readonly { readonly id: string; readonly state: string }[];
    readonly unreachable_tasks: readonly { readonly id: string; readonly state: string }[];
  }[];
  readonly slaves: readonly {
    readonly id: string;
    readonly hostname: string;
    readonly active: boolean;
    readonly used_resources: { readonly cpus: number };
  }[];
}

async function endsEarly({ host, ended }: Daemon): Promise<never> {
  throw new Error(`agent ${host.name} ended early: ${await ended}`);
}

async function removeCgroups(root: string): Promise<void> {
  const { v1, v2 } = detectCgroupMounts();
  const cgroups: Cgroup[] = [...new Set(v1.values())].map((hierarchy) => ({
    hierarchy,
    name: root,
    version: 1,
  }));
  if (v2 !== undefined) cgroups.push({ hierarchy: v2, name: root, version: 2 });
  for (const cgroup of cgroups) {
    if ((await cgroupTree(cgroup)).length === 0) continue;
    await destroyCgroup(cgroup, { clock: systemClock(), withinMs: 10_000 });
  }
}
