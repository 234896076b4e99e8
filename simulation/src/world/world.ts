/**
 * One simulated world: its time, what is going to happen in it, its dice, and what happened.
 *
 * Time moves from event to event. Between two events every promise that can settle does, so that what
 * runs here sees the same order as under the real event loop, in no time at all. Events of one moment
 * happen in the order in which they were planned: the same seed gives the same history, bit for bit.
 * Nothing in here reads the machine's clock or dice, waits for a real timer or touches a real file.
 */

import { type Random, seededRandom } from "@tavola/base";
import type { Timer } from "@tavola/host";
import { EventLog } from "./event-log.ts";
import type { SimulatedProcess } from "./process.ts";
import { Timeline } from "./timeline.ts";

/** A run of more events than this hangs in a loop of its own making. */
const eventsMax = 400_000;
/** After so many events the real event loop gets a turn, so that a test's own time limit still works. */
const eventsPerTurn = 5000;

/** A property that does not hold: what is wrong, in one sentence. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly checker: string;

  constructor(checker: string, message: string) {
    super(message);
    this.checker = checker;
  }
}

export class World {
  readonly seed: number;
  readonly log = new EventLog();
  readonly #timeline = new Timeline();
  readonly #afterEvent: (() => void)[] = [];
  #nowMs = 0;
  #events = 0;
  #failure: unknown;

  constructor(seed: number) {
    this.seed = seed;
  }

  /** Milliseconds since the run began. Nobody's clock: a process has one of its own. */
  get nowMs(): number {
    return this.#nowMs;
  }

  get events(): number {
    return this.#events;
  }

  /** Dice of their own for each purpose, so that one more throw here changes nothing there. */
  dice(purpose: string): Random {
    let hash = this.seed | 0;
    for (let index = 0; index < purpose.length; index += 1) {
      hash = Math.imul(hash ^ purpose.charCodeAt(index), 0x5bd1e995);
      hash ^= hash >>> 13;
    }
    return seededRandom(hash);
  }

  /**
   * Plans `run`, `delayMs` from now. With an owner it happens only while that process lives, and not
   * while it is stopped.
   */
  plan(delayMs: number, run: () => void, owner?: SimulatedProcess): Timer {
    return this.#timeline.add(this.#nowMs + Math.max(0, delayMs), run, owner);
  }

  /** Called after each event and what followed from it; throws a Violation. */
  checkAfterEvents(check: () => void): void {
    this.#afterEvent.push(check);
  }

  /** Ends the run: the first failure is the one that counts. */
  fail(error: unknown): void {
    if (!isGhosts(error)) this.#failure ??= error;
  }

  note(text: string, body?: Uint8Array, details?: () => string): void {
    this.log.add(this.#nowMs, text, body, details);
  }

  /** Rejects with the first Violation, or whatever was thrown. */
  runUntil(untilMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = (): void => {
        try {
          if (!this.#step(untilMs)) {
            resolve();
            return;
          }
        } catch (error) {
          reject(error);
          return;
        }
        if (this.#events % eventsPerTurn === 0) setImmediate(step);
        // A tick that a microtask asks for comes when no microtask is left.
        else queueMicrotask(() => process.nextTick(step));
      };
      queueMicrotask(() => process.nextTick(step));
    });
  }

  /** false: nothing is left to happen until then. */
  #step(untilMs: number): boolean {
    for (const check of this.#afterEvent) check();
    if (this.#failure !== undefined) throw this.#failure;
    const next = this.#timeline.take(untilMs);
    if (next === undefined) {
      this.#nowMs = untilMs;
      return false;
    }
    this.#events += 1;
    if (this.#events > eventsMax) {
      throw new Violation("liveness", `more than ${eventsMax} events: something goes round`);
    }
    this.#nowMs = next.atMs;
    try {
      if (next.owner === undefined) next.run();
      else next.owner.take(next.run);
    } catch (error) {
      if (!isGhosts(error)) throw error;
    }
    return true;
  }
}

/** The code of a process that is gone runs on to its next await; its disk refuses it. */
function isGhosts(error: unknown): boolean {
  return error instanceof Error && error.message.includes("use by a process that is gone");
}
