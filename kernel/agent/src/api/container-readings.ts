/**
 * What the containers of live executors use: GET_CONTAINERS, `/containers`, `/monitor/statistics`.
 *
 * Reading a container costs a few system files, so everybody who asks while a reading is under way
 * gets that one. A container that cannot be read (it may just have ended) is shown without it.
 */

import type { Containerizer } from "@tavola/containerizer";
import type { ContainerStatus, ResourceStatistics } from "@tavola/protocol";
import type { AgentState, Executor } from "../core/state.ts";

export interface ContainerReading {
  readonly executor: Executor;
  readonly status: ContainerStatus | undefined;
  readonly statistics: ResourceStatistics | undefined;
}

export class ContainerReadings {
  readonly #state: AgentState;
  readonly #containerizer: Containerizer;
  #underWay: Promise<ContainerReading[]> | undefined;

  constructor(state: AgentState, containerizer: Containerizer) {
    this.#state = state;
    this.#containerizer = containerizer;
  }

  read(): Promise<ContainerReading[]> {
    this.#underWay ??= this.#readAll().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #readAll(): Promise<ContainerReading[]> {
    const live = [...this.#state.executorsByContainer.values()].filter(
      ({ phase }) => phase !== "terminated",
    );
    return await Promise.all(live.map((executor) => this.#readOne(executor)));
  }

  async #readOne(executor: Executor): Promise<ContainerReading> {
    const [status, statistics] = await Promise.allSettled([
      this.#containerizer.status(executor.containerId),
      this.#containerizer.usage(executor.containerId),
    ]);
    return { executor, status: settledValue(status), statistics: settledValue(statistics) };
  }
}

function settledValue<T>(settled: PromiseSettledResult<T>): T | undefined {
  return settled.status === "fulfilled" ? settled.value : undefined;
}
