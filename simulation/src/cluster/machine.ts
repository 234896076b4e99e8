/**
 * A machine that agents run on: what outlives an agent's process, and what a power cut takes.
 *
 * Containers, the executor host and the disk are the machine's. Killing the agent leaves them alone;
 * killing the executor host leaves the tasks of commands alone; without power everything ends, and of
 * the disk what was synced is left (and some of what was not).
 */

import type { ContainerId } from "@tavola/base";
import { randomUuid, unitsOf } from "@tavola/base";
import type { ContainerLaunch } from "@tavola/containerizer";
import { createSimulatedDisk, type MachineLoad, type SimulatedDisk } from "@tavola/host";
import type { Network } from "../world/network.ts";
import { type HostClock, SimulatedProcess } from "../world/process.ts";
import { httpClientOf } from "../world/simulated-http.ts";
import type { World } from "../world/world.ts";
import { workDir } from "./addresses.ts";
import { hardware, idleLoad } from "./hardware.ts";
import type { Ledger } from "./ledger.ts";
import { SimulatedContainer } from "./simulated-container.ts";
import { SimulatedExecutor } from "./simulated-executor.ts";

const mib = 1024 ** 2;
const hostRestartMs = { min: 100, max: 2000 } as const;

export class Machine {
  readonly host: string;
  readonly world: World;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly hostClock: HostClock;
  readonly disk: SimulatedDisk;
  /** Its power failed, or its disk did: what need not be synced may be gone. */
  hasLostWrites = false;
  readonly containers = new Map<ContainerId, SimulatedContainer>();
  /** Everything that ever ran here. */
  readonly #launched: ContainerLaunch[] = [];
  readonly #executors = new Map<ContainerId, SimulatedProcess>();
  readonly #random;
  #bootId: string;
  #processes = 0;

  constructor(network: Network, ledger: Ledger, host: string, hostClock: HostClock) {
    this.host = host;
    this.world = network.world;
    this.network = network;
    this.ledger = ledger;
    this.hostClock = hostClock;
    this.#random = this.world.dice(host);
    this.#bootId = randomUuid(this.#random);
    const { world } = this;
    const clock = new SimulatedProcess(world, `${host} disk`, host, hostClock).clock;
    this.disk = createSimulatedDisk({ random: world.dice(`${host} disk`), clock });
  }

  get bootId(): string {
    return this.#bootId;
  }

  /** What runs here uses all that it was given, and has done so for as long as anybody looks back. */
  load(): MachineLoad {
    const running = [...this.containers.values()].filter(({ hasEnded }) => !hasEnded);
    const used = (name: "cpus" | "mem"): number =>
      running.reduce((sum, container) => sum + unitsOf(container.allocated().scalar(name)), 0);
    const load = used("cpus");
    const freeMemoryBytes = Math.max(0, hardware.memoryBytes - used("mem") * mib);
    return { ...idleLoad, averages: [load, load, load], freeMemoryBytes };
  }

  /** Something new that runs here; its name says how many there were. */
  spawn(name: string): SimulatedProcess {
    this.#processes += 1;
    return new SimulatedProcess(
      this.world,
      `${this.host} ${name} #${this.#processes}`,
      this.host,
      this.hostClock,
    );
  }

  startContainer(launch: ContainerLaunch): SimulatedContainer {
    this.#launched.push(launch);
    const container = new SimulatedContainer(this, launch);
    this.containers.set(launch.containerId, container);
    container.onEnd(() => this.#executors.get(launch.containerId)?.end("ended with its container"));
    this.#startExecutor(container);
    return container;
  }

  /** Where updates of a task may be kept: one file a container that may have run it. */
  updateFilesOf(taskId: string): string[] {
    return this.#launched.map(
      ({ agentId, frameworkId, executorId, containerId }) =>
        `${workDir}/meta/slaves/${agentId}/frameworks/${frameworkId}/executors/${executorId}` +
        `/runs/${containerId}/tasks/${taskId}/task.updates`,
    );
  }

  /** kill -9 of the executor host, or of the only custom executor if that is what runs here. */
  killExecutors(): void {
    for (const [containerId, process] of this.#executors) {
      const container = this.containers.get(containerId);
      if (container === undefined || container.hasEnded || !process.isAlive) continue;
      container.watcher = undefined;
      for (const { history } of container.tasks.values()) history.mayLoseReport = true;
      process.end("killed");
      if (container.launch.kind === "process" || container.tasks.size === 0) {
        container.end();
        continue;
      }
      const { min, max } = hostRestartMs;
      this.world.plan(min + this.#random.next() * (max - min), () => {
        if (!container.hasEnded) this.#startExecutor(container);
      });
    }
  }

  /** Everything that runs here ends, and the disk loses what it had not written. */
  losePower(): void {
    this.hasLostWrites = true;
    this.world.note(`${this.host} loses its power`);
    this.network.powerLost(this.host);
    for (const container of this.containers.values()) {
      for (const { history } of container.tasks.values()) {
        if (container.hasEnded) continue;
        history.mayLoseReport = true;
      }
      container.end();
    }
    this.containers.clear();
    this.#executors.clear();
    this.disk.crash();
    this.#bootId = randomUuid(this.#random);
  }

  #startExecutor(container: SimulatedContainer): void {
    const { containerId, executorId } = container.launch;
    const process = this.spawn(`executor ${executorId}`);
    this.#executors.set(containerId, process);
    new SimulatedExecutor(container, process, httpClientOf(this.network, process));
  }
}
