/**
 * The agent's containerizer over a simulated machine: launches take a while and may fail, ends are
 * told in their time, and another agent process finds what an earlier one started.
 */

import { CodedError, type ContainerId } from "@tavola/base";
import type { Containerizer, ContainerLaunch, ContainerTermination } from "@tavola/containerizer";
import type { ContainerStatus, ResourceStatistics } from "@tavola/protocol";
import type { SimulatedProcess } from "../world/process.ts";
import type { Machine } from "./machine.ts";
import type { SimulatedContainer } from "./simulated-container.ts";

const launchMs = { min: 2, max: 60 } as const;
const launchFailureChance = 0.01;
const destroyMs = { min: 5, max: 300 } as const;
const noticeMs = 2;

export interface ContainerizerSeams {
  /** false: says that it destroyed a container, and did not. */
  readonly destroys?: () => boolean;
}

export function containerizerOf(
  machine: Machine,
  process: SimulatedProcess,
  seams: ContainerizerSeams = {},
): Containerizer {
  return new MachineContainerizer(machine, process, seams);
}

class MachineContainerizer implements Containerizer {
  readonly #machine: Machine;
  readonly #process: SimulatedProcess;
  readonly #seams: ContainerizerSeams;
  readonly #waits = new Map<ContainerId, Promise<ContainerTermination>>();
  /** Asked to be destroyed before they were there. */
  readonly #unwanted = new Set<ContainerId>();

  constructor(machine: Machine, process: SimulatedProcess, seams: ContainerizerSeams) {
    this.#machine = machine;
    this.#process = process;
    this.#seams = seams;
  }

  async launch(launch: ContainerLaunch): Promise<void> {
    const { random } = this.#process;
    await this.#pause(launchMs);
    const isUnwanted = this.#unwanted.has(launch.containerId);
    if (isUnwanted || random.next() < launchFailureChance) {
      this.#waits.set(launch.containerId, Promise.resolve({}));
      throw new CodedError("CONTAINER_LAUNCH_FAILED", "the machine would not start it");
    }
    this.#machine.startContainer(launch);
  }

  wait(id: ContainerId): Promise<ContainerTermination> {
    const known = this.#waits.get(id);
    if (known !== undefined) return known;
    const container = this.#machine.containers.get(id);
    if (container === undefined) {
      return Promise.reject(new CodedError("UNKNOWN_CONTAINER", `there is no container ${id}`));
    }
    const { promise, resolve } = Promise.withResolvers<ContainerTermination>();
    container.onEnd((end) => this.#process.clock.after(noticeMs, () => resolve(end)));
    this.#waits.set(id, promise);
    return promise;
  }

  async recover(
    known: readonly ContainerId[],
  ): Promise<ReadonlyMap<ContainerId, ContainerTermination>> {
    await this.#pause(launchMs);
    const { containers } = this.#machine;
    for (const [id, container] of containers) if (!known.includes(id)) container.end();
    return new Map(known.flatMap((id) => (containers.has(id) ? [] : [[id, {}]])));
  }

  welcome(): void {}

  async destroy(id: ContainerId): Promise<void> {
    this.#unwanted.add(id);
    if (!this.#process.touch()) return await new Promise(() => {});
    await this.#pause(destroyMs);
    if (this.#seams.destroys?.() === false) return;
    this.#machine.containers.get(id)?.end();
  }

  async update(id: ContainerId): Promise<void> {
    await this.#pause({ min: 0, max: 2 });
    this.#get(id);
  }

  async usage(): Promise<ResourceStatistics> {
    throw new CodedError("UNKNOWN_CONTAINER", "nothing is measured in a simulation");
  }

  async status(id: ContainerId): Promise<ContainerStatus> {
    this.#get(id);
    return { container_id: { value: id }, executor_pid: 4711 };
  }

  containers(): readonly ContainerId[] {
    return [...this.#machine.containers].flatMap(([id, { hasEnded }]) => (hasEnded ? [] : [id]));
  }

  async close(): Promise<void> {}

  #get(id: ContainerId): SimulatedContainer {
    const container = this.#machine.containers.get(id);
    if (container !== undefined && !container.hasEnded) return container;
    throw new CodedError("UNKNOWN_CONTAINER", `there is no container ${id}`);
  }

  #pause({ min, max }: { readonly min: number; readonly max: number }): Promise<void> {
    const { random, clock } = this.#process;
    return new Promise((resolve) => {
      clock.after(min + random.next() * (max - min), () => {
        if (this.#process.touch()) resolve();
      });
    });
  }
}
