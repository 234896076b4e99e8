/**
 * At most one scheduler acts: nothing is written by one that sent it after another had begun to lead.
 */

import type { SimulatedProcess } from "../../world/process.ts";
import { Violation } from "../../world/world.ts";
import type { ServiceChecker } from "./service-checker.ts";

export class OneWriter implements ServiceChecker {
  #newest: { readonly process: SimulatedProcess; readonly sinceMs: number } | undefined;
  readonly #former = new Set<SimulatedProcess>();

  begins(process: SimulatedProcess): void {
    if (this.#newest !== undefined) this.#former.add(this.#newest.process);
    this.#newest = { process, sinceMs: process.world.nowMs };
  }

  hasWritten(process: SimulatedProcess, sentMs: number): void {
    const newest = this.#newest;
    if (newest === undefined || !this.#former.has(process) || sentMs <= newest.sinceMs) return;
    throw new Violation(
      "one-writer",
      `${process.name} has written after ${newest.process.name} had begun to lead`,
    );
  }
}
