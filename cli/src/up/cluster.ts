/**
 * A whole cluster as child processes: started in order, ended together.
 *
 * ```
 *   masters, discovery start -> one leads -> agents, schedulers, front door start -> all registered,
 *        |                                       |                          |        one leads: ready
 *        +---- a daemon ends, or stop() --> front door, schedulers end -> agents shut down
 *                                              -> discovery, masters end -> swept
 * ```
 *
 * A daemon that is killed is started again and goes on where it was; one that ends by itself, in good
 * order, ends the cluster.
 */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { CodedError } from "@tavola/base";
import { createOperatorClient } from "@tavola/sdk";
import {
  type ClusterPlanOptions,
  type PlannedDaemon,
  planAgent,
  planMaster,
  planScheduler,
  storeOf,
} from "./cluster-plan.ts";
import { DaemonProcess, describeEnd } from "./daemon-process.ts";
import { killProcessesOf, removeCgroups } from "./leftovers.ts";
import { untilScheduling } from "./scheduling.ts";
import { type SupervisedDaemon, superviseDaemon } from "./supervised-daemon.ts";
import { answersDns, planDiscovery, planFrontdoor } from "./traffic-plan.ts";

const limits = {
  /** Until a master leads; an elder one that was killed may have to time out in the store first. */
  electedMsMax: 30_000,
  /** Until every agent has registered. */
  registeredMsMax: 30_000,
  /** Until a scheduler leads and has been taken in by the master. */
  schedulingMsMax: 30_000,
  /** For agents to kill their tasks, and for the master to end. */
  shutdownMsMax: 15_000,
} as const;

export interface RunningAgent {
  readonly url: string;
  readonly resources: string;
}

export interface StartedMasters {
  /** The leader's URL. */
  readonly master: string;
  /** Of all of them, in order. */
  readonly masters: readonly string[];
}

export interface StartedCluster extends StartedMasters {
  readonly agents: readonly RunningAgent[];
  /** URLs, context path included; the one that leads first. */
  readonly schedulers: readonly string[];
  /** URLs of discovery servers. */
  readonly discoveries: readonly string[];
  /** URL of the front door's proxy. */
  readonly frontdoor: string | undefined;
}

export class Cluster {
  readonly #plan: ClusterPlanOptions;
  readonly #entry: string;
  readonly #tell: (line: string) => void;
  readonly #masters: SupervisedDaemon[] = [];
  readonly #agents: SupervisedDaemon[] = [];
  readonly #schedulers: SupervisedDaemon[] = [];
  readonly #discoveries: SupervisedDaemon[] = [];
  readonly #frontdoors: SupervisedDaemon[] = [];
  readonly #ended = Promise.withResolvers<CodedError>();

  /** `entry` is the file that Node is to run as `tavola`; `tell` is given lines for people. */
  constructor(plan: ClusterPlanOptions, entry: string, tell: (line: string) => void) {
    this.#plan = plan;
    this.#entry = entry;
    this.#tell = tell;
  }

  /** Resolves, with what happened, when a daemon ends that was not told to and is not started again. */
  get broken(): Promise<CodedError> {
    return this.#ended.promise;
  }

  /** Resolves when every agent has registered with the leader. Rejects with CANNOT_START. */
  async start(): Promise<StartedCluster> {
    const mastering = this.#startMasters();
    const discovering = this.#startDiscoveries(mastering);
    // What fails first is told; the others are not left to fail unheard.
    discovering.catch(() => undefined);
    const masters = await mastering;
    const addresses = masters.map((url) => new URL(url).host);
    const master = await this.#leaderOf(addresses);
    const store = storeOf(this.#plan) ?? (addresses[0] as string);
    const plans = Array.from({ length: this.#plan.agents }, (_, index) =>
      planAgent(this.#plan, index, store),
    );
    const daemons = plans.map((_, index) =>
      this.#supervise((port) => planAgent(this.#plan, index, store, port)),
    );
    this.#agents.push(...daemons);
    const scheduling = discovering.then((urls) => this.#startSchedulers(store, urls));
    scheduling.catch(() => undefined);
    const opening = discovering.then((urls) => this.#startFrontdoor(urls));
    opening.catch(() => undefined);
    const urls = await Promise.all(daemons.map(({ ready }) => ready));
    await this.#allRegistered(addresses);
    const schedulers = await scheduling;
    const discoveries = await discovering;
    const frontdoor = await opening;
    const agents = plans.map(({ resources }, index) => ({ url: urls[index] as string, resources }));
    return { master, masters, agents, schedulers, discoveries, frontdoor };
  }

  /** Ends everything, tasks first. Rejects with CANNOT_STOP when something had to be killed. */
  async stop(): Promise<void> {
    // Schedulers first: they would start again what agents end.
    const late = await this.#endAll([...this.#frontdoors, ...this.#schedulers], "SIGTERM");
    late.push(...(await this.#endAll(this.#agents, "SIGUSR1")));
    late.push(...(await this.#endAll([...this.#discoveries, ...this.#masters], "SIGTERM")));
    await this.#sweep();
    if (late.length > 0) {
      throw new CodedError("CANNOT_STOP", `${late.join(" and ")} did not end and had to be killed`);
    }
  }

  /** Ends everything at once, without asking. */
  async kill(): Promise<void> {
    const daemons = [
      ...this.#frontdoors,
      ...this.#schedulers,
      ...this.#agents,
      ...this.#discoveries,
      ...this.#masters,
    ].map((daemon) => daemon.stop());
    for (const daemon of daemons) daemon.signal("SIGKILL");
    await Promise.all(daemons.map(({ ended }) => ended));
    await this.#sweep();
  }

  /** Their URLs. */
  async #startMasters(): Promise<readonly string[]> {
    const daemons = Array.from({ length: this.#plan.masters }, (_, index) =>
      this.#supervise((port) => planMaster(this.#plan, index, port)),
    );
    this.#masters.push(...daemons);
    return await Promise.all(daemons.map(({ ready }) => ready));
  }

  /** Their URLs, the leader's first, once one leads and the master has taken it in. */
  async #startSchedulers(master: string, discovery: readonly string[]): Promise<readonly string[]> {
    const servers = { master, discovery };
    const daemons = Array.from({ length: this.#plan.schedulers }, (_, index) =>
      this.#supervise((port) => planScheduler(this.#plan, index, servers, port)),
    );
    this.#schedulers.push(...daemons);
    const urls = await Promise.all(daemons.map(({ ready }) => ready));
    if (urls.length === 0) return [];
    const leader = await untilScheduling(urls, limits.schedulingMsMax);
    return [leader, ...urls.filter((url) => url !== leader)];
  }

  /** Their URLs. */
  async #startDiscoveries(masters: Promise<readonly string[]>): Promise<readonly string[]> {
    const ofOne = async () => (await masters).map((url) => new URL(url).host)[0];
    // Waits for them only where somebody may ask for their names.
    const master = answersDns(this.#plan) ? (storeOf(this.#plan) ?? (await ofOne())) : undefined;
    const daemons = Array.from({ length: this.#plan.discoveries }, (_, index) =>
      this.#supervise((before) => planDiscovery(this.#plan, index, { master, before })),
    );
    this.#discoveries.push(...daemons);
    return await Promise.all(daemons.map(({ ready }) => ready));
  }

  /** Its URL. */
  async #startFrontdoor(discovery: readonly string[]): Promise<string | undefined> {
    if (!this.#plan.hasFrontdoor) return undefined;
    const daemon = this.#supervise((port) => planFrontdoor(this.#plan, discovery, port));
    this.#frontdoors.push(daemon);
    return await daemon.ready;
  }

  /** Waits for an election. */
  async #leaderOf(addresses: readonly string[]): Promise<string> {
    const operator = createOperatorClient({
      masters: addresses,
      patienceMs: limits.electedMsMax,
    });
    try {
      const { master_info: info } = await operator.call("GET_MASTER");
      return `http://${info?.address?.ip}:${info?.port}`;
    } finally {
      await operator.close();
    }
  }

  #supervise(planOf: (port: number | undefined) => PlannedDaemon): SupervisedDaemon {
    return superviseDaemon({
      start: (port) => this.#launch(planOf(port)),
      tell: this.#tell,
      onGone: ({ name }, end) =>
        this.#ended.resolve(
          new CodedError("DAEMON_ENDED", `the ${name} has gone: ${describeEnd(end)}`),
        ),
    });
  }

  #launch(plan: PlannedDaemon): DaemonProcess {
    for (const directory of plan.directories) mkdirSync(directory, { recursive: true });
    for (const [path, text] of Object.entries(plan.files ?? {})) {
      if (!existsSync(path)) writeFileSync(path, text);
    }
    return new DaemonProcess(plan, this.#entry);
  }

  async #allRegistered(masters: readonly string[]): Promise<void> {
    const operator = createOperatorClient({ masters });
    const patience = AbortSignal.timeout(limits.registeredMsMax);
    const broken = new AbortController();
    void this.broken.then((error) => broken.abort(error));
    const signal = AbortSignal.any([patience, broken.signal]);
    const registered = new Set<string>();
    try {
      for await (const event of operator.events(signal)) {
        if (event.type === "SUBSCRIBED") {
          for (const agent of event.get_state?.get_agents?.agents ?? []) {
            registered.add(agent.agent_info.id?.value ?? "");
          }
        } else if (event.type === "AGENT_ADDED") {
          registered.add(event.agent.agent_info.id?.value ?? "");
        }
        if (registered.size >= this.#plan.agents) return;
      }
    } finally {
      await operator.close();
    }
    if (broken.signal.aborted) throw broken.signal.reason;
    const seconds = limits.registeredMsMax / 1000;
    const count = `${registered.size} of ${this.#plan.agents}`;
    throw new CodedError(
      "CANNOT_START",
      `only ${count} agents have registered with the master in ${seconds} s; the log above says why`,
    );
  }

  /** As `endWithin`, after telling them to. */
  #endAll(supervised: readonly SupervisedDaemon[], signal: NodeJS.Signals): Promise<string[]> {
    const daemons = supervised.map((daemon) => daemon.stop());
    for (const daemon of daemons) daemon.signal(signal);
    return this.#endWithin(daemons);
  }

  /** Names of those that had to be killed. */
  async #endWithin(daemons: readonly DaemonProcess[]): Promise<string[]> {
    const late: string[] = [];
    await Promise.all(
      daemons.map(async (daemon) => {
        const timer = setTimeout(() => {
          late.push(daemon.name);
          daemon.signal("SIGKILL");
        }, limits.shutdownMsMax);
        await daemon.ended;
        clearTimeout(timer);
      }),
    );
    return late;
  }

  async #sweep(): Promise<void> {
    killProcessesOf(this.#plan.workDir);
    await removeCgroups(this.#plan.cgroupsRoot);
  }
}
