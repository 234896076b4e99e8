/**
 * One simulated process: something that lives on a host, with a clock and dice of its own, and dies.
 *
 * Everything that its code can do to the world goes through handles that ask `touch()` first. A crash
 * can be set to come at any such touch, and so in the middle of whatever the code is doing: from
 * then on its handles do nothing, its timers never fire and its promises never settle. The code itself
 * runs on to its next await, as a ghost that reaches nobody. A stopped process (SIGSTOP) loses nothing:
 * what would have happened to it happens when it continues, in order.
 */

import { type Instant, instant, type Random } from "@tavola/base";
import type { Clock } from "@tavola/host";
import type { World } from "./world.ts";

/** When a run begins, on everybody's clock that is right. */
const epochMs = 1_800_000_000_000;

/** How a machine's clock goes; shared by the processes of a host, and outlives them. */
export interface HostClock {
  /** Milliseconds by which it is ahead; a step changes it, for processes that begin later. */
  offsetMs: number;
  /** 1.0001 is 100 ppm too fast. */
  rate: number;
}

export class SimulatedProcess {
  readonly name: string;
  readonly host: string;
  readonly world: World;
  readonly random: Random;
  readonly clock: Clock;
  readonly hostClock: HostClock;
  readonly #onEnd: (() => void)[] = [];
  /** By how much its host's clock was ahead when it began: it sees no later step. */
  readonly #offsetMs: number;
  #isAlive = true;
  #touchesUntilCrash: number | undefined;
  /** What waits for a stopped process; undefined while it runs. */
  #held: (() => void)[] | undefined;

  constructor(world: World, name: string, host: string, hostClock: HostClock) {
    this.world = world;
    this.name = name;
    this.host = host;
    this.hostClock = hostClock;
    this.random = world.dice(name);
    this.#offsetMs = hostClock.offsetMs;
    this.clock = {
      now: () => this.#now(),
      after: (delayMs, run) => world.plan(delayMs / hostClock.rate, run, this),
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isStopped(): boolean {
    return this.#held !== undefined;
  }

  /** Steady milliseconds, which no step changes. */
  steadyMs(): number {
    return this.world.nowMs * this.hostClock.rate;
  }

  /** Whether its code may still reach the world. This may be the touch at which it dies. */
  touch(): boolean {
    if (!this.#isAlive) return false;
    if (this.#touchesUntilCrash === undefined) return true;
    this.#touchesUntilCrash -= 1;
    if (this.#touchesUntilCrash > 0) return true;
    this.end("crashed in the middle of it");
    return false;
  }

  /** Dies at the n-th touch from now. */
  crashAtTouch(n: number): void {
    this.#touchesUntilCrash = n;
  }

  /** At once, by itself or by kill -9. Idempotent. */
  end(how: string): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.world.note(`${this.name} ${how}`);
    for (const run of this.#onEnd) run();
  }

  /** Called once, when it ends; at once when it has. */
  onEnd(run: () => void): void {
    if (this.#isAlive) this.#onEnd.push(run);
    else run();
  }

  stop(): void {
    this.#held ??= [];
  }

  continue(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    // Each is an event of its own, in the order in which they came.
    for (const run of held) this.world.plan(0, run, this);
  }

  /** Lets `run` happen to it, now or when it continues. */
  take(run: () => void): void {
    if (!this.#isAlive) return;
    if (this.#held === undefined) run();
    else this.#held.push(run);
  }

  #now(): Instant {
    return instant(epochMs + this.#offsetMs + this.world.nowMs * this.hostClock.rate);
  }
}
