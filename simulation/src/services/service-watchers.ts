/**
 * What schedulers do, passed to those who watch: a new leader, a launch, a write.
 */

import type { Coordination } from "@tavola/coordination";
import type { Engine } from "@tavola/scheduler";
import type { SimulatedProcess } from "../world/process.ts";
import type { World } from "../world/world.ts";
import type { Launch } from "./launches.ts";

export interface ServiceObserver {
  /** It has read everything, and acts from now on. */
  begins?(process: SimulatedProcess, engine: Engine): void;
  /** The call is about to leave. */
  launches?(engine: Engine, launch: Launch): void;
  /** The call would start what was started before, or what nobody has a record of. */
  launchesAgain?(process: SimulatedProcess, taskId: string, hasRecord: boolean): void;
  /** It has been told that its records are written, which it sent at `sentMs`. */
  hasWritten?(process: SimulatedProcess, sentMs: number): void;
}

export class ServiceWatchers {
  readonly observers: ServiceObserver[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  begins(process: SimulatedProcess, engine: Engine): void {
    this.#tell((observer) => observer.begins?.(process, engine));
  }

  launches(engine: Engine, launch: Launch): void {
    this.#tell((observer) => observer.launches?.(engine, launch));
  }

  launchesAgain(process: SimulatedProcess, taskId: string, hasRecord: boolean): void {
    this.#tell((observer) => observer.launchesAgain?.(process, taskId, hasRecord));
  }

  /** A client that is the same in all else. */
  watchWrites(client: Coordination, process: SimulatedProcess): Coordination {
    return new Proxy(client, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== "transact") return typeof value === "function" ? value.bind(target) : value;
        return async (writes: Parameters<Coordination["transact"]>[0]) => {
          const sentMs = this.#world.nowMs;
          const outcome = await target.transact(writes);
          if (outcome.done && process.isAlive && writes.some(isRecords)) {
            this.#tell((observer) => observer.hasWritten?.(process, sentMs));
          }
          return outcome;
        };
      },
    });
  }

  /** What an observer throws ends the run, not the code that is observed. */
  #tell(tell: (observer: ServiceObserver) => void): void {
    try {
      for (const observer of this.observers) tell(observer);
    } catch (error) {
      this.#world.fail(error);
    }
  }
}

function isRecords({ path }: { readonly path: string }): boolean {
  return path.includes("/records/state");
}
