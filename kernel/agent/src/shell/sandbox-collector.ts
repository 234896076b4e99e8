/**
 * Removes sandboxes and checkpoints of what is over, when they are old or the disk is full.
 *
 * A path is kept for `gc_delay` at most, and for less as the disk fills up:
 * `gc_delay * max(0, 1 - gc_disk_headroom - usage)`. One entry stands for all that is below it: an
 * executor's directory for all of its runs. Removal is one directory after the other, in the
 * background. Source: slave/gc.cpp, Slave::age.
 */

import { describeError, type Instant, later } from "@tavola/base";
import type { Clock, Logger, Timer } from "@tavola/host";
import { type MachineFiles, realMachineFiles } from "./machine-files.ts";

export interface SandboxCollectorOptions {
  /** On whose disk space everything depends. */
  readonly workDir: string;
  readonly delayMs: number;
  /** Part of the disk that is to stay free. */
  readonly headroom: number;
  readonly watchIntervalMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: this machine's. */
  readonly files?: MachineFiles;
  /** Used part of the disk, 0 to 1; for tests. */
  readonly diskUsage?: () => Promise<number>;
}

export class SandboxCollector {
  readonly #options: SandboxCollectorOptions;
  readonly #files: MachineFiles;
  /** When each path was given up; the oldest first. */
  readonly #scheduled = new Map<string, Instant>();
  readonly #removing = new Map<string, Promise<void>>();
  #maxAgeMs: number;
  #timer: Timer | undefined;
  #watch: Timer | undefined;
  #isClosed = false;
  #succeeded = 0;
  #failed = 0;

  constructor(options: SandboxCollectorOptions) {
    this.#options = options;
    this.#files = options.files ?? realMachineFiles;
    this.#maxAgeMs = options.delayMs;
    void this.#lookAtDisk();
  }

  get pending(): number {
    return this.#scheduled.size + this.#removing.size;
  }

  get succeeded(): number {
    return this.#succeeded;
  }

  get failed(): number {
    return this.#failed;
  }

  /** How long a path is kept, as the disk is now. */
  get maxAgeMs(): number {
    return this.#maxAgeMs;
  }

  /** Starts a path's time anew. A path that is not there is no harm. */
  schedule(path: string): void {
    const now = this.#options.clock.now();
    // So that an agent which starts anew can tell how old it is.
    this.#files.touch(path, now);
    this.#scheduled.delete(path);
    this.#scheduled.set(path, now);
    this.#plan();
  }

  /**
   * For what an earlier agent gave up: its time began when the path was last changed. Not there, or
   * scheduled already: no harm. PERF: O(scheduled); called while an agent starts.
   */
  scheduleByAge(path: string): void {
    if (this.#scheduled.has(path)) return;
    const since = this.#files.lastChange(path);
    if (since === undefined) return;
    this.#scheduled.set(path, earlierOf(since, this.#options.clock.now()));
    const byAge = [...this.#scheduled].sort(([, a], [, b]) => a - b);
    this.#scheduled.clear();
    for (const [each, at] of byAge) this.#scheduled.set(each, at);
    this.#plan();
  }

  /**
   * The path is needed again. What is below its `runs` stays scheduled by itself, so that old runs go
   * when their time comes. Returns what to wait for when its removal is under way.
   */
  unschedule(path: string): Promise<void> | undefined {
    const since = this.#scheduled.get(path);
    if (since !== undefined) {
      this.#scheduled.delete(path);
      for (const run of this.#runsOf(path)) this.#scheduled.set(run, since);
    }
    return this.#removing.get(path);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#watch?.cancel();
    await Promise.all(this.#removing.values());
  }

  /** Never rejects. */
  async #lookAtDisk(): Promise<void> {
    const { delayMs, headroom, watchIntervalMs, clock, logger } = this.#options;
    try {
      const usage = await (this.#options.diskUsage?.() ?? this.#files.usage(this.#options.workDir));
      this.#maxAgeMs = delayMs * Math.max(0, 1 - headroom - usage);
      logger.debug({ usage, maxAgeMs: this.#maxAgeMs }, "looked at disk usage");
    } catch (error) {
      logger.warn({ error }, "cannot look at disk usage");
    }
    if (this.#isClosed) return;
    this.#plan();
    this.#watch = clock.after(watchIntervalMs, () => void this.#lookAtDisk());
  }

  #plan(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const oldest = this.#scheduled.entries().next().value;
    if (oldest === undefined || this.#removing.size > 0 || this.#isClosed) return;
    const { clock } = this.#options;
    const dueInMs = later(oldest[1], this.#maxAgeMs) - clock.now();
    this.#timer = clock.after(Math.max(0, dueInMs), () => this.#removeOldest());
  }

  #removeOldest(): void {
    const oldest = this.#scheduled.keys().next().value;
    if (oldest === undefined) return;
    this.#scheduled.delete(oldest);
    const removal = this.#remove(oldest).then(() => {
      this.#removing.delete(oldest);
      this.#plan();
    });
    this.#removing.set(oldest, removal);
  }

  async #remove(path: string): Promise<void> {
    try {
      await this.#files.remove(path);
      this.#succeeded += 1;
      this.#options.logger.debug({ path }, "removed what was too old");
    } catch (error) {
      this.#failed += 1;
      this.#options.logger.warn({ path }, `cannot remove: ${describeError(error)}`);
    }
  }

  #runsOf(path: string): string[] {
    const runs = `${path}/runs`;
    return this.#files.directoriesIn(runs).map((name) => `${runs}/${name}`);
  }
}

/** A clock that was set back must not make anything younger than new. */
function earlierOf(a: Instant, b: Instant): Instant {
  return a < b ? a : b;
}
