/**
 * The registry only grows, and nobody is told what it does not hold.
 *
 * Reads the store itself, with nothing of the masters' own reading but the codec: the head's epoch and
 * writes never go back, what was folded before is a beginning of what is folded now, and an agent's id
 * goes out only when the store has it admitted.
 */

import type { MemoryCoordination } from "@tavola/coordination";
import { decodeMessage, internal } from "@tavola/protocol";
import {
  applyOperation,
  createRegistryState,
  decodeBatch,
  decodeSnapshot,
  type RegistryState,
} from "@tavola/registry";
import type { SimulatedProcess } from "../world/process.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

const name = "durable-registry";

interface Head {
  readonly epoch: number;
  readonly writes: number;
  readonly log: { readonly first: number; readonly last: number };
  readonly snapshot?: { readonly name: string; readonly chunks: number };
}

export class DurableRegistry implements Checker {
  readonly #store: MemoryCoordination;
  readonly #root: string;
  #head: Head | undefined;
  #state: RegistryState = createRegistryState();

  /** `root` is that of the registry in the store. */
  constructor(store: MemoryCoordination, root: string) {
    this.#store = store;
    this.#root = root;
  }

  sends(_process: SimulatedProcess, _to: unknown, message: string, body: Uint8Array): void {
    if (message !== internal.SlaveRegisteredMessage.typeName) return;
    const { value } = decodeMessage(internal.SlaveRegisteredMessage, body);
    const agentId = value?.slave_id.value ?? "";
    this.looks();
    if (!this.#state.admitted.has(agentId as never)) {
      throw new Violation(
        name,
        `agent ${agentId} was told its id, which the registry does not hold`,
      );
    }
  }

  looks(): void {
    const entries = new Map(this.#store.entries().map(([path, { value }]) => [path, value]));
    const stored = entries.get(`${this.#root}/head`);
    if (stored === undefined) {
      if (this.#head !== undefined) throw new Violation(name, "the registry's head is gone");
      return;
    }
    const head = JSON.parse(Buffer.from(stored).toString()) as Head;
    const before = this.#head;
    if (before?.writes === head.writes && before.epoch === head.epoch) return;
    if (before !== undefined && (head.epoch < before.epoch || head.writes <= before.writes)) {
      const [then, now] = [before, head].map(({ epoch, writes }) => `${epoch}/${writes}`);
      throw new Violation(name, `the registry went back from ${then} to ${now}`);
    }
    this.#read(head, entries);
  }

  rests(): void {
    this.looks();
  }

  #read(head: Head, entries: ReadonlyMap<string, Uint8Array>): void {
    let state = createRegistryState();
    if (head.snapshot !== undefined) {
      const { name: snapshot, chunks } = head.snapshot;
      const values = Array.from({ length: chunks }, (_, k) =>
        this.#value(entries, `${snapshot}/${String(k).padStart(6, "0")}`),
      );
      const decoded = decodeSnapshot(values, snapshot);
      if (decoded.value === undefined)
        throw new Violation(name, `snapshot ${snapshot} is unreadable`);
      state = decoded.value;
    }
    for (let number = head.log.first; number <= head.log.last; number += 1) {
      const path = `log/${String(number).padStart(12, "0")}`;
      const operations = decodeBatch(this.#value(entries, path), path);
      for (const operation of operations.value ?? []) {
        const { error } = applyOperation(state, operation);
        if (error !== undefined) throw new Violation(name, `${path} does not fit: ${error}`);
      }
    }
    for (const agentId of this.#state.gone.keys()) {
      if (state.admitted.has(agentId)) throw new Violation(name, `${agentId} was gone and is back`);
    }
    this.#head = head;
    this.#state = state;
  }

  #value(entries: ReadonlyMap<string, Uint8Array>, path: string): Uint8Array {
    const value = entries.get(`${this.#root}/${path}`);
    if (value === undefined) throw new Violation(name, `the registry's ${path} is missing`);
    return value;
  }
}
