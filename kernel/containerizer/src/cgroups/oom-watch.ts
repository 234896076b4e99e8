/**
 * Notices that the kernel has killed a process of a container for want of memory.
 *
 * Node cannot wait on an eventfd, which is how version 1 tells. But the kernel also counts all such
 * kills of the machine in /proc/vmstat: while that number stands still, nothing has happened to
 * anybody, and only when it moves are the containers asked. A container whose process ends is asked
 * in any case, by whoever sees the end; this is for those where something else goes on living.
 *
 * PERF: one small read of /proc every half second, 50 µs, however many containers; none without any.
 */

import { readFileSync } from "node:fs";
import type { ContainerId } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";
import { oomKillsOf, type ProcessPlace } from "../process-place.ts";

export interface OomWatchOptions {
  readonly clock: Clock;
  readonly onKilled: (id: ContainerId) => void;
  /** For tests: the machine's count of kills; undefined where the kernel does not count. */
  readonly readKills?: () => number | undefined;
}

const lookMs = 500;

export class OomWatch {
  readonly #options: OomWatchOptions;
  readonly #places = new Map<ContainerId, ProcessPlace>();
  #timer: Timer | undefined;
  #kills: number | undefined;

  constructor(options: OomWatchOptions) {
    this.#options = options;
  }

  /** Reports this container once, until it is removed. */
  add(id: ContainerId, place: ProcessPlace): void {
    if (place.oomFile === undefined) return;
    this.#places.set(id, place);
    if (this.#timer !== undefined) return;
    this.#kills = this.#readKills();
    this.#schedule();
  }

  remove(id: ContainerId): void {
    this.#places.delete(id);
    if (this.#places.size === 0) this.close();
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = this.#options.clock.after(lookMs, () => this.#look());
  }

  #look(): void {
    const kills = this.#readKills();
    const isUnmoved = kills !== undefined && kills === this.#kills;
    this.#kills = kills;
    if (!isUnmoved) {
      for (const [id, place] of this.#places) {
        if (oomKillsOf(place) === 0) continue;
        this.#places.delete(id);
        this.#options.onKilled(id);
      }
    }
    if (this.#places.size === 0) this.close();
    else this.#schedule();
  }

  #readKills(): number | undefined {
    return (this.#options.readKills ?? readMachineKills)();
  }
}

/** undefined on kernels before 4.13, where every container is asked each time. */
function readMachineKills(): number | undefined {
  try {
    const text = readFileSync("/proc/vmstat", "latin1");
    const match = /^oom_kill (\d+)$/m.exec(text);
    return match === null ? undefined : Number(match[1]);
  } catch {
    return undefined;
  }
}
