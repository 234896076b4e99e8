/**
 * A task's process: started through the shim in the container's place, signalled, its end seen.
 */

import { join } from "node:path";
import { later, minuteMs } from "@tavola/base";
import {
  adoptShim,
  type ContainerRecord,
  commandLineOf,
  formatWaitStatus,
  oomKillsOf,
  type ProcessPlace,
  type RunningShim,
  signalContainer,
  startShim,
} from "@tavola/containerizer";
import type { Clock, Timer } from "@tavola/host";
import type { TaskInfo } from "@tavola/protocol";
import type { ProcessEnd } from "../core/command-task.ts";
import { taskEnvironment } from "./task-environment.ts";

export interface TaskEnd extends ProcessEnd {
  /** Why it could not be executed at all. */
  readonly error?: string;
}

/** Before the same signal again: the shim's child may not be there yet, or forks as it is killed. */
const retryMs = 5;
const retryMsMax = 1000;

export class TaskProcess {
  /** Never rejects. */
  readonly ended: Promise<TaskEnd>;
  readonly #place: ProcessPlace;
  readonly #clock: Clock;
  #hasEnded = false;
  #retry: Timer | undefined;

  constructor(place: ProcessPlace, shim: RunningShim, clock: Clock) {
    this.#place = place;
    this.#clock = clock;
    this.ended = shim.ended.then(async ({ status, error }) => {
      this.#hasEnded = true;
      this.#retry?.cancel();
      // Somebody killed the shim, which else ends what is left below it.
      if (status === undefined) await endRemaining(place, clock);
      return {
        ...(status !== undefined && { status }),
        ...(error !== undefined && { error }),
        description: status === undefined ? "ended, nobody saw how" : formatWaitStatus(status),
        isOutOfMemory: oomKillsOf(place) > 0,
      };
    });
  }

  /** To every process of the task: once for SIGTERM, until all are gone for SIGKILL. */
  signal(signal: "SIGTERM" | "SIGKILL", delayMs: number = retryMs): void {
    this.#retry?.cancel();
    if (this.#hasEnded) return;
    if (signalContainer(this.#place, signal) > 0 && signal === "SIGTERM") return;
    const again = (): void => this.signal(signal, Math.min(retryMsMax, delayMs * 2));
    this.#retry = this.#clock.after(delayMs, again);
  }
}

/** Kills whatever runs in the place. Resolves when it is gone, or does not go within a minute. */
export async function endRemaining(place: ProcessPlace, clock: Clock): Promise<void> {
  const deadline = later(clock.now(), minuteMs);
  let delayMs = retryMs;
  while (signalContainer(place, "SIGKILL") > 0 && clock.now() < deadline) {
    const pause = Promise.withResolvers<void>();
    clock.after(delayMs, pause.resolve);
    await pause.promise;
    delayMs = Math.min(retryMsMax, delayMs * 2);
  }
}

/** Rejects with a CodedError when there is no way to start it. */
export async function startTask(
  record: ContainerRecord,
  task: TaskInfo,
  clock: Clock,
): Promise<TaskProcess> {
  const { place, sandbox, shim, user, environment } = record;
  const running = await startShim(shim, {
    place,
    ...commandLineOf(task.command ?? {}),
    environment: taskEnvironment(environment, task),
    cwd: sandbox,
    stdout: join(sandbox, "stdout"),
    stderr: join(sandbox, "stderr"),
    ...(user !== undefined && { user }),
  });
  return new TaskProcess(place, running, clock);
}

/** One that a host before this one started; undefined when it never got so far. */
export function adoptTask({ place }: ContainerRecord, clock: Clock): TaskProcess | undefined {
  const shim = adoptShim(place.directory, clock);
  return shim === undefined ? undefined : new TaskProcess(place, shim, clock);
}
