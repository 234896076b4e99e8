/**
 * An agent that an operator was told is marked gone never comes back: no master takes it in again.
 */

import { decodeMessage, internal } from "@tavola/protocol";
import type { Ledger } from "../cluster/ledger.ts";
import type { SimulatedProcess } from "../world/process.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

const welcomes: ReadonlySet<string> = new Set([
  internal.SlaveRegisteredMessage.typeName,
  internal.SlaveReregisteredMessage.typeName,
]);

export class GoneAgents implements Checker {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  sends(process: SimulatedProcess, _to: unknown, message: string, body: Uint8Array): void {
    if (!welcomes.has(message) || this.#ledger.markedGone.size === 0) return;
    const { value } = decodeMessage(internal.SlaveReregisteredMessage, body);
    const agentId = value?.slave_id.value ?? "";
    if (!this.#ledger.markedGone.has(agentId)) return;
    throw new Violation("gone-agents", `${process.name} took in ${agentId}, which is marked gone`);
  }
}
