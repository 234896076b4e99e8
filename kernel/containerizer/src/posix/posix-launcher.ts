/**
 * Containers without cgroups: a process tree, found by descent and session in /proc.
 *
 * Bounds are not enforced; memory and cpu time are only measured. What a process of somebody else's
 * choosing puts beyond a session and a dead parent is still found while the native shim lives, which
 * inherits it.
 */

import { CodedError, type ContainerId } from "@tavola/base";
import type { Clock } from "@tavola/host";
import type { ResourceStatistics } from "@tavola/protocol";
import type { Launcher, Limitation } from "../launcher.ts";
import { type ProcessPlace, processesOf, signalContainer } from "../process-place.ts";
import type { ProcessSnapshot } from "./process-snapshot.ts";
import { cpuTimeOf, memoryOf } from "./process-statistics.ts";

export interface PosixLauncherOptions {
  readonly clock: Clock;
  readonly snapshot: ProcessSnapshot;
  readonly destroyMsMax: number;
}

const pauseMs = { first: 1, max: 100 } as const;

export class PosixLauncher implements Launcher {
  readonly #options: PosixLauncherOptions;

  constructor(options: PosixLauncherOptions) {
    this.#options = options;
  }

  async prepare(_id: ContainerId, directory: string): Promise<ProcessPlace> {
    return { directory, cgroups: [], shimCgroups: [] };
  }

  async update(): Promise<void> {
    // There is nothing that would enforce it.
  }

  async measure(_id: ContainerId, place: ProcessPlace): Promise<Partial<ResourceStatistics>> {
    const { snapshot } = this.#options;
    const processes = snapshot.pick(processesOf(place, snapshot.read()));
    return { ...cpuTimeOf(processes), ...memoryOf(processes) };
  }

  async memoryLimitation(): Promise<Limitation> {
    throw new CodedError("NOT_LIMITED", "Memory is not limited without cgroups");
  }

  /** PERF: nothing when it is over; else all of /proc, once or more. */
  async destroy(id: ContainerId, place: ProcessPlace, isOver: boolean): Promise<void> {
    if (isOver) return;
    const { clock, destroyMsMax } = this.#options;
    const deadline = clock.now() + destroyMsMax;
    let delayMs: number = pauseMs.first;
    for (;;) {
      const remaining = signalContainer(place, "SIGKILL");
      if (remaining === 0) return;
      if (clock.now() >= deadline) {
        throw new CodedError(
          "PROCESSES_REMAIN",
          `Cannot end container ${id}: ${remaining} of its processes are still there`,
          { containerId: id, remaining },
          { transient: true },
        );
      }
      await new Promise<void>((resolve) => {
        clock.after(delayMs, resolve);
      });
      delayMs = Math.min(pauseMs.max, delayMs * 2);
    }
  }

  async close(): Promise<void> {
    // Nothing is common to containers here.
  }
}
