/**
 * All announcements at one index of the store, and what changed of late.
 *
 * The index is the store's: every server that has come to it has the same catalogue. Of each change
 * only the id, the index and what it was before are remembered; what it is now is in the catalogue.
 * So an update is what was touched since then, as it is now. The memory is bounded: who asks for what
 * is older gets everything.
 */

import { invariant } from "@tavola/base";
import type { Announcement } from "./announcement.ts";
import type { Batch, Operation } from "./operation.ts";

/** An announcement in the catalogue. */
export interface Entry extends Announcement {
  /** The index that it came, or was last changed, with. */
  readonly changedAt: number;
  /** What it was last renewed with, where that is another text than `json`; see renewal-text.ts. */
  renewalText: string | undefined;
}

export interface Change {
  readonly index: number;
  readonly id: string;
  /** Undefined: it was not there. */
  readonly before: Entry | undefined;
}

export interface CatalogueOptions {
  /** Default 50,000. */
  readonly changesMax?: number;
}

const changesMaxDefault = 50_000;

export class Catalogue {
  readonly #changesMax: number;
  #generation: string | undefined;
  #index = 0;
  /** Of what came after this index, all changes are remembered. */
  #rememberedFrom = 0;
  readonly #entries = new Map<string, Entry>();
  readonly #byType = new Map<string, Map<string, Entry>>();
  #changes: Change[] = [];
  /** Those before it have been forgotten. */
  #firstChange = 0;

  constructor(options: CatalogueOptions = {}) {
    this.#changesMax = options.changesMax ?? changesMaxDefault;
  }

  /** Of the store that this was read from; undefined before anything was. */
  get generation(): string | undefined {
    return this.#generation;
  }

  get index(): number {
    return this.#index;
  }

  get rememberedFrom(): number {
    return this.#rememberedFrom;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** In the order in which they first came. Changing what it has come to does not disturb it. */
  values(): Iterable<Entry> {
    return this.#entries.values();
  }

  /** Empty for a type that nobody announces. */
  ofType(serviceType: string): Iterable<Entry> {
    return this.#byType.get(serviceType)?.values() ?? [];
  }

  countOfType(serviceType: string): number {
    return this.#byType.get(serviceType)?.size ?? 0;
  }

  /** With at least one announcement, in no order. */
  types(): Iterable<string> {
    return this.#byType.keys();
  }

  /** Another store, or this one from its snapshot: what was known counts no more. */
  reset(generation: string, index: number, announcements: Iterable<Announcement>): void {
    this.#generation = generation;
    this.#index = index;
    this.#rememberedFrom = index;
    this.#changes = [];
    this.#firstChange = 0;
    this.#entries.clear();
    this.#byType.clear();
    for (const announcement of announcements) this.#put(announcement, index);
  }

  /** PERF: O(operations). Answers what it changed, each id once. */
  apply({ index, operations }: Batch): readonly Change[] {
    invariant(index === this.#index + 1, `batch ${index} comes after ${this.#index}`);
    const changed = new Map<string, Change>();
    for (const operation of operations) {
      const change = this.#change(operation, index);
      if (change !== undefined && !changed.has(change.id)) changed.set(change.id, change);
    }
    this.#index = index;
    const changes = [...changed.values()];
    for (const change of changes) this.#changes.push(change);
    this.#forget();
    return changes;
  }

  /** Those of index `since` and later, oldest first; undefined: not all of them are remembered. */
  changesSince(since: number): Iterable<Change> | undefined {
    if (since <= this.#rememberedFrom) return undefined;
    return this.#changesFrom(since);
  }

  *#changesFrom(since: number): Generator<Change> {
    let low = this.#firstChange;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle] as Change).index < since) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < this.#changes.length; at += 1) yield this.#changes[at] as Change;
  }

  #change(operation: Operation, index: number): Change | undefined {
    if (operation.kind === "put") {
      const { announcement } = operation;
      const before = this.#entries.get(announcement.id);
      this.#put(announcement, index);
      return { index, id: announcement.id, before };
    }
    const before = this.#entries.get(operation.id);
    if (before === undefined) return undefined;
    this.#entries.delete(operation.id);
    this.#leaveType(before);
    return { index, id: operation.id, before };
  }

  #put(announcement: Announcement, index: number): void {
    const { id, serviceType, feature, json, owner } = announcement;
    const before = this.#entries.get(id);
    if (before !== undefined && before.serviceType !== serviceType) this.#leaveType(before);
    let ofType = this.#byType.get(serviceType);
    if (ofType === undefined) {
      ofType = new Map();
      this.#byType.set(serviceType, ofType);
    }
    const renewalText = undefined;
    const entry: Entry = { id, serviceType, feature, json, owner, changedAt: index, renewalText };
    ofType.set(id, entry);
    this.#entries.set(id, entry);
  }

  #leaveType({ id, serviceType }: Entry): void {
    const ofType = this.#byType.get(serviceType);
    ofType?.delete(id);
    if (ofType?.size === 0) this.#byType.delete(serviceType);
  }

  #forget(): void {
    while (this.#changes.length - this.#firstChange > this.#changesMax) {
      this.#rememberedFrom = (this.#changes[this.#firstChange] as Change).index;
      this.#firstChange += 1;
    }
    // Of one index all or nothing.
    while (this.#changes[this.#firstChange]?.index === this.#rememberedFrom) {
      this.#firstChange += 1;
    }
    if (this.#firstChange > this.#changesMax) {
      this.#changes = this.#changes.slice(this.#firstChange);
      this.#firstChange = 0;
    }
  }
}
