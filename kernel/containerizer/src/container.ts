/**
 * One container in memory: where it is in its life, and who waits for its end.
 *
 * ```
 *   launching --started--> running --ended, destroy()--> ending --removed--> (gone)
 *       |                                                  ^
 *       +-- failed, destroy() -----------------------------+
 * ```
 */

import { type ContainerId, invariant } from "@tavola/base";
import type { ContainerRecord } from "./container-record.ts";
import type { ContainerTermination } from "./containerizer.ts";
import type { Limitation } from "./launcher.ts";

export type ContainerPhase = "launching" | "running" | "ending" | "gone";

const successors: Readonly<Record<ContainerPhase, readonly ContainerPhase[]>> = {
  launching: ["running", "ending"],
  running: ["ending"],
  ending: ["gone"],
  gone: [],
};

export class Container {
  readonly id: ContainerId;
  /** What is on disk; undefined while it is being launched and has none yet. */
  record: ContainerRecord | undefined;
  /** Aborted by `destroy` during launch. */
  readonly aborting = new AbortController();
  /** The limit it ran into, once somebody noticed. */
  limitation: Limitation | undefined;
  /** The first message wins: why it is being ended, or could not start. */
  message: string | undefined;
  /** Of a process of ours; undefined where the executor is hosted. */
  shimPid: number | undefined;
  readonly #termination = Promise.withResolvers<ContainerTermination>();
  #phase: ContainerPhase = "launching";

  constructor(id: ContainerId) {
    this.id = id;
    // Nobody need wait for it.
    this.#termination.promise.catch(() => {});
  }

  get phase(): ContainerPhase {
    return this.#phase;
  }

  get terminated(): Promise<ContainerTermination> {
    return this.#termination.promise;
  }

  move(to: ContainerPhase): void {
    invariant(
      successors[this.#phase].includes(to),
      `illegal container move ${this.#phase} -> ${to}`,
    );
    this.#phase = to;
  }

  /** All of it is gone. */
  end(status: number | undefined): void {
    this.move("gone");
    const { limitation, message } = this;
    this.#termination.resolve({
      ...(status !== undefined && { status }),
      ...(message !== undefined && { message }),
      ...(limitation !== undefined && {
        state: "TASK_FAILED",
        reason: "REASON_CONTAINER_LIMITATION_MEMORY",
        message: limitation.message,
        ...(limitation.resources !== undefined && {
          limitation: { resources: limitation.resources },
        }),
      }),
    });
  }
}
