/**
 * Who waits for a change, grouped so that an update is made once for all who get the same.
 *
 * Watchers with one filter and one `since` are told the same bytes; at rest nearly all of them stand
 * in one such group. A change looks only at groups that watch a type it touches.
 */

import { type Instant, later } from "@tavola/base";
import type { Catalogue, Change } from "./catalogue.ts";
import { everything, type Filter } from "./filter.ts";
import { fullUpdate, incrementalUpdate, watchState } from "./watch-update.ts";

/** Of one index; bounds what stays in memory for who asks once. */
const updatesKeptMax = 64;

/** JSON and its bytes, the same for all who are told. */
export class Update {
  readonly json: string;
  readonly index: number;
  #bytes: Uint8Array | undefined;

  constructor(json: string, index: number) {
    this.json = json;
    this.index = index;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= new TextEncoder().encode(this.json);
    return this.#bytes;
  }
}

/** What is watched, and from which index on. */
export interface Wanted {
  readonly filter: Filter;
  readonly since: number;
}

/** Told once: what changed, or that nothing did until the deadline. */
export type Tell = (update: Update | "nothing") => void;

export interface Waiting {
  /** Is not told any more. Idempotent. */
  cancel(): void;
}

/** Updates of the catalogue as it is now, each made once. */
export class Updates {
  readonly #catalogue: Catalogue;
  readonly #made = new Map<string, Update>();
  #index = -1;
  #generation: string | undefined;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  full(filter: Filter): Update {
    return this.#once(`full ${filter.key}`, () => fullUpdate(this.#catalogue, filter));
  }

  /** `since`: one of which `watchState` says "changed" or "unchanged". */
  incremental({ filter, since }: Wanted): Update {
    const make = (): string => incrementalUpdate(this.#catalogue, filter, since);
    return this.#once(`${since} ${filter.key}`, make);
  }

  #once(key: string, make: () => string): Update {
    const { index, generation } = this.#catalogue;
    if (index !== this.#index || generation !== this.#generation) {
      this.#made.clear();
      this.#index = index;
      this.#generation = generation;
    }
    const made = this.#made.get(key) ?? new Update(make(), index);
    if (this.#made.size < updatesKeptMax) this.#made.set(key, made);
    return made;
  }
}

interface Waiter {
  readonly group: Group;
  readonly since: number;
  readonly tell: Tell;
  readonly deadline: Instant;
  /** Those that wait as long as it does. */
  readonly queue: Set<Waiter>;
}

interface Group {
  readonly filter: Filter;
  readonly bySince: Map<number, Set<Waiter>>;
}

export class Watchers {
  readonly #catalogue: Catalogue;
  readonly updates: Updates;
  readonly #groups = new Map<string, Group>();
  /** Of the groups that name types. */
  readonly #byType = new Map<string, Set<Group>>();
  readonly #ofAnyType = new Set<Group>();
  /** By how long they wait: in the order of their deadlines, because they came in that order. */
  readonly #queues = new Map<number, Set<Waiter>>();
  #size = 0;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
    this.updates = new Updates(catalogue);
  }

  get size(): number {
    return this.#size;
  }

  /** For what `watchState` called "unchanged" or "ahead". `waitMs`: one of few. */
  add(wanted: Wanted, now: Instant, waitMs: number, tell: Tell): Waiting {
    const { filter, since } = wanted;
    const group = this.#groups.get(filter.key) ?? this.#newGroup(filter);
    const queue = this.#queues.get(waitMs) ?? new Set();
    this.#queues.set(waitMs, queue);
    const waiter: Waiter = { group, since, tell, deadline: later(now, waitMs), queue };
    const alike = group.bySince.get(since) ?? new Set();
    group.bySince.set(since, alike.add(waiter));
    queue.add(waiter);
    this.#size += 1;
    return { cancel: () => this.#remove(waiter) };
  }

  /** PERF: O(groups that watch a touched type + those told); each update is made once. */
  changed(changes: readonly Change[]): void {
    const groups = new Set(this.#ofAnyType);
    for (const { id, before } of changes) {
      for (const entry of [before, this.#catalogue.get(id)]) {
        if (entry === undefined) continue;
        for (const group of this.#byType.get(entry.serviceType) ?? []) groups.add(group);
      }
    }
    for (const group of groups) this.#tellGroup(group);
  }

  /** The catalogue is another one now: everybody gets all of it. */
  replaced(): void {
    for (const { filter, bySince } of [...this.#groups.values()]) {
      const update = this.updates.full(filter);
      for (const alike of [...bySince.values()]) this.#tell(alike, update);
    }
  }

  /** All that the store holds is known: who is ahead of that comes from another life of it. */
  caughtUp(): void {
    for (const { filter, bySince } of [...this.#groups.values()]) {
      for (const [since, alike] of [...bySince]) {
        if (watchState(this.#catalogue, filter, since) !== "ahead") continue;
        this.#tell(alike, this.updates.full(filter));
      }
    }
  }

  /** Those whose wait is over. PERF: O(those). */
  timePassed(now: Instant): void {
    for (const queue of this.#queues.values()) {
      for (const waiter of queue) {
        if (waiter.deadline > now) break;
        this.#remove(waiter);
        waiter.tell("nothing");
      }
    }
  }

  /** Everybody, for an orderly end. */
  close(): void {
    for (const waiter of [...this.#queues.values()].flatMap((queue) => [...queue])) {
      this.#remove(waiter);
      waiter.tell("nothing");
    }
  }

  #tellGroup({ filter, bySince }: Group): void {
    for (const [since, alike] of [...bySince]) {
      const state = watchState(this.#catalogue, filter, since);
      if (state === "changed") this.#tell(alike, this.updates.incremental({ filter, since }));
      else if (state === "full") this.#tell(alike, this.updates.full(filter));
    }
  }

  #tell(alike: ReadonlySet<Waiter>, update: Update): void {
    for (const waiter of alike) {
      this.#remove(waiter);
      waiter.tell(update);
    }
  }

  #newGroup(filter: Filter): Group {
    const group: Group = { filter, bySince: new Map() };
    this.#groups.set(filter.key, group);
    if (filter === everything || filter.services === undefined) this.#ofAnyType.add(group);
    for (const { serviceType } of filter.services ?? []) {
      const watching = this.#byType.get(serviceType) ?? new Set();
      this.#byType.set(serviceType, watching.add(group));
    }
    return group;
  }

  #remove(waiter: Waiter): void {
    if (!waiter.queue.delete(waiter)) return;
    this.#size -= 1;
    const { group, since } = waiter;
    const alike = group.bySince.get(since);
    alike?.delete(waiter);
    if (alike?.size === 0) group.bySince.delete(since);
    if (group.bySince.size === 0) this.#dropGroup(group);
  }

  #dropGroup(group: Group): void {
    this.#groups.delete(group.filter.key);
    this.#ofAnyType.delete(group);
    for (const { serviceType } of group.filter.services ?? []) {
      const watching = this.#byType.get(serviceType);
      watching?.delete(group);
      if (watching?.size === 0) this.#byType.delete(serviceType);
    }
  }
}
