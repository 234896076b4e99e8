/**
 * A whole cluster as child processes: started in order, ended together.
 *
 * ```
 *   master starts -> agents start -> all registered: ready
 *        |                 |                  |
 *        +---- a daemon ends, or stop() ------+--> agents shut down -> master ends -> swept
 * ```
 */

import { mkdirSync } from "node:fs";
import { CodedError } from "@tavola/base";
import { createOperatorClient } from "@tavola/sdk";
import { type ClusterPlanOptions, planAgent, planMaster } from "./cluster-plan.ts";
import { DaemonProcess, describeEnd } from "./daemon-process.ts";
import { killProcessesOf, removeCgroups } from "./leftovers.ts";

const limits = {
  /** Until every agent has registered. */
  registeredMsMax: 30_000,
  /** For agents to kill their tasks, and for the master to end. */
  shutdownMsMax: 15_000,
} as const;

export interface RunningAgent {
  readonly url: string;
  readonly resources: string;
}

export class Cluster {
  readonly #plan: ClusterPlanOptions;
  readonly #entry: string;
  readonly #daemons: DaemonProcess[] = [];
  readonly #ended = Promise.withResolvers<CodedError>();
  #stopping = false;

  /** `entry` is the file that Node is to run as `tavola`. */
  constructor(plan: ClusterPlanOptions, entry: string) {
    this.#plan = plan;
    this.#entry = entry;
  }

  /** Resolves, with what happened, when a daemon ends that was not told to. */
  get broken(): Promise<CodedError> {
    return this.#ended.promise;
  }

  /** Resolves when every agent has registered with the master. Rejects with CANNOT_START. */
  async start(): Promise<{ readonly master: string; readonly agents: readonly RunningAgent[] }> {
    const master = this.#spawn(planMaster(this.#plan));
    const masterUrl = await master.ready;
    const address = new URL(masterUrl).host;
    const plans = Array.from({ length: this.#plan.agents }, (_, index) =>
      planAgent(this.#plan, index, address),
    );
    const daemons = plans.map((plan) => this.#spawn(plan));
    const urls = await Promise.all(daemons.map(({ ready }) => ready));
    await this.#allRegistered(address);
    const agents = plans.map(({ resources }, index) => ({ url: urls[index] as string, resources }));
    return { master: masterUrl, agents };
  }

  /** Ends everything, tasks first. Rejects with CANNOT_STOP when something had to be killed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const [master, ...agents] = this.#daemons;
    for (const agent of agents) agent.signal("SIGUSR1");
    const late = await this.#endWithin(agents);
    master?.signal("SIGTERM");
    if (master !== undefined) late.push(...(await this.#endWithin([master])));
    await this.#sweep();
    if (late.length > 0) {
      throw new CodedError("CANNOT_STOP", `${late.join(" and ")} did not end and had to be killed`);
    }
  }

  /** Ends everything at once, without asking. */
  async kill(): Promise<void> {
    this.#stopping = true;
    for (const daemon of this.#daemons) daemon.signal("SIGKILL");
    await Promise.all(this.#daemons.map(({ ended }) => ended));
    await this.#sweep();
  }

  #spawn(plan: ReturnType<typeof planMaster>): DaemonProcess {
    for (const directory of plan.directories) mkdirSync(directory, { recursive: true });
    const daemon = new DaemonProcess(plan, this.#entry);
    this.#daemons.push(daemon);
    void daemon.ended.then((end) => {
      if (this.#stopping) return;
      const { name } = daemon;
      this.#ended.resolve(
        new CodedError("DAEMON_ENDED", `the ${name} has gone: ${describeEnd(end)}`),
      );
    });
    return daemon;
  }

  async #allRegistered(address: string): Promise<void> {
    const operator = createOperatorClient({ masters: address });
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
