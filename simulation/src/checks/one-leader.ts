/**
 * At most one leader acts: once another master has acted as the leader, the former one does nothing
 * more that anybody could see.
 *
 * Acting is sending a message, writing to a scheduler's stream, or taking a scheduler's call. What was
 * sent before and arrives later is no act.
 */

import type { SimulatedProcess } from "../world/process.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

const schedulerPath = "/api/v1/scheduler";

export class OneLeader implements Checker {
  readonly #isMaster: (process: SimulatedProcess) => boolean;
  readonly #terms = new Map<SimulatedProcess, number>();
  #newest: SimulatedProcess | undefined;

  constructor(isMaster: (process: SimulatedProcess) => boolean) {
    this.#isMaster = isMaster;
  }

  /** How many masters have led. */
  get terms(): number {
    return this.#terms.size;
  }

  sends(process: SimulatedProcess, _to: unknown, name: string): void {
    if (this.#isMaster(process)) this.#acts(process, `sent ${name}`);
  }

  answers(process: SimulatedProcess, path: string, status: number): void {
    if (path !== schedulerPath || status >= 300 || !this.#isMaster(process)) return;
    this.#acts(process, `answered a scheduler ${status}`);
  }

  #acts(process: SimulatedProcess, what: string): void {
    if (process === this.#newest) return;
    const term = this.#terms.get(process);
    if (term === undefined) {
      this.#terms.set(process, this.#terms.size);
      this.#newest = process;
      process.world.note(`${process.name} acts as the leader, term ${this.#terms.size}`);
      return;
    }
    const newest = this.#newest?.name;
    throw new Violation("one-leader", `${process.name} ${what} after ${newest} had begun to lead`);
  }
}
