/**
 * A bag of resources with exact arithmetic: what an agent has, what an offer holds, what a task uses.
 *
 * Like amounts are added up to one entry as they come (Mesos's addability rules, see
 * `resource-kind.ts`), so a bag is a handful of entries and every operation a short loop. Immutable:
 * operations return a new bag, or one of their operands where nothing changes. Order is that of
 * arrival, and what is used up is replaced by the last entry, as in Mesos; it carries no meaning.
 *
 * Refuses nothing: invalid and empty resources are left out, as Mesos does. Who must refuse them
 * calls `validateResources` first.
 */
import type { Milli } from "@tavola/base";
import type { Resource, Value_Range } from "@tavola/protocol";
import { formatResource } from "./format-resource.ts";
import { addRanges } from "./ranges.ts";
import { toEndpointForm, toPostRefinement } from "./reservation-format.ts";
import { ResourceEntry } from "./resource-entry.ts";
import { isStrictSubroleOf } from "./roles.ts";
import { validateResource } from "./validate-resources.ts";

export class Resources {
  static readonly empty = new Resources([]);

  readonly #entries: readonly ResourceEntry[];
  #list: readonly Resource[] | undefined;
  #preRefinement: readonly Resource[] | undefined;

  private constructor(entries: readonly ResourceEntry[]) {
    this.#entries = entries;
  }

  /** Of messages in any reservation form; invalid and empty ones are left out. */
  static of(list: Iterable<Resource>): Resources {
    const entries: ResourceEntry[] = [];
    for (const resource of list) {
      if (validateResource(resource) !== undefined) continue;
      addEntry(entries, ResourceEntry.of(toPostRefinement(resource)));
    }
    return Resources.#of(entries);
  }

  static sum(bags: Iterable<Resources>): Resources {
    let only = Resources.empty;
    let entries: ResourceEntry[] | undefined;
    for (const bag of bags) {
      if (bag.isEmpty) continue;
      if (only.isEmpty) {
        only = bag;
        continue;
      }
      entries ??= only.#entries.slice();
      for (const entry of bag.#entries) addEntry(entries, entry);
    }
    return entries === undefined ? only : new Resources(entries);
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** PERF: O(entries x entries), a handful each; tens of thousands per second. */
  plus(other: Resources): Resources {
    if (other.isEmpty) return this;
    if (this.isEmpty) return other;
    const entries = this.#entries.slice();
    for (const entry of other.#entries) addEntry(entries, entry);
    return new Resources(entries);
  }

  /** What is left when `other` is taken away; what is not there to be taken does not count. */
  minus(other: Resources): Resources {
    if (other.isEmpty || this.isEmpty) return this;
    const entries = this.#entries.slice();
    for (const entry of other.#entries) subtractEntry(entries, entry);
    return Resources.#of(entries);
  }

  /** Whether all of `other` can be taken away. */
  contains(other: Resources): boolean {
    let remaining: ResourceEntry[] | undefined;
    for (const entry of other.#entries) {
      const from: readonly ResourceEntry[] = remaining ?? this.#entries;
      if (!from.some((have) => have.isSubtractable(entry) && have.contains(entry))) return false;
      // A divisible kind has one entry in `other`; a whole one may be there several times.
      if (entry.kind.divisibility === "divisible") continue;
      remaining ??= this.#entries.slice();
      subtractEntry(remaining, entry);
    }
    return true;
  }

  equals(other: Resources): boolean {
    return (
      this === other ||
      (this.#entries.length === other.#entries.length &&
        this.contains(other) &&
        other.contains(this))
    );
  }

  /** In the post-refinement form. A shared resource is there as often as it is held. */
  toList(): readonly Resource[] {
    this.#list ??= this.#messages((entry) => entry.toMessage());
    return this.#list;
  }

  /**
   * In the form for peers without RESERVATION_REFINEMENT (`role`, `reservation`). Such peers must
   * not be given refined reservations; one that is here stays in the post-refinement form.
   */
  toPreRefinement(): readonly Resource[] {
    this.#preRefinement ??= this.#messages((entry) => entry.toPreRefinement());
    return this.#preRefinement;
  }

  /** With both reservation forms side by side, as operator endpoints show resources in full. */
  toEndpointForm(): readonly Resource[] {
    return this.#messages((entry) => toEndpointForm(entry.toMessage()));
  }

  #messages(of: (entry: ResourceEntry) => Resource): readonly Resource[] {
    const list: Resource[] = [];
    for (const entry of this.#entries) {
      for (let i = 0; i < entry.count; i += 1) list.push(of(entry));
    }
    return list;
  }

  /** Sum over all scalars of that name. */
  scalar(name: string): Milli {
    let total = 0;
    for (const entry of this.#entries) {
      if (entry.kind.name === name) total += entry.milli * entry.count;
    }
    return total as Milli;
  }

  /** Calls `visit` for every scalar entry; the same name may come several times. */
  eachScalar(visit: (name: string, amount: Milli) => void): void {
    for (const entry of this.#entries) {
      if (entry.kind.type === "SCALAR") visit(entry.kind.name, entry.milli);
    }
  }

  /** All ranges of that name, merged. */
  ranges(name: string): readonly Value_Range[] {
    let total: readonly Value_Range[] = [];
    for (const entry of this.#entries) {
      if (entry.kind.name !== name || entry.kind.type !== "RANGES") continue;
      total = addRanges(total, entry.amount as readonly Value_Range[]);
    }
    return total;
  }

  /** All set items of that name, sorted. */
  items(name: string): readonly string[] {
    const total = new Set<string>();
    for (const entry of this.#entries) {
      if (entry.kind.name !== name || entry.kind.type !== "SET") continue;
      for (const item of entry.amount as readonly string[]) total.add(item);
    }
    return [...total].sort();
  }

  /** Distinct names, in order of first appearance. */
  names(): readonly string[] {
    return [...new Set(this.#entries.map((entry) => entry.kind.name))];
  }

  /** Those whose message (post-refinement form) `keep` wants. */
  filter(keep: (resource: Resource) => boolean): Resources {
    return this.#where((entry) => keep(entry.toMessage()));
  }

  unreserved(): Resources {
    return this.#where((entry) => entry.kind.reservationRole === undefined);
  }

  /** What is reserved, by the role on top of its reservation stack. */
  reserved(): Map<string, Resources> {
    return this.#groupBy((entry) => entry.kind.reservationRole);
  }

  /** What may be offered to `role`: unreserved, or reserved to it or to one of its ancestors. */
  allocatableTo(role: string): Resources {
    return this.#where(({ kind: { reservationRole } }) => {
      if (reservationRole === undefined || reservationRole === role) return true;
      return isStrictSubroleOf(role, reservationRole);
    });
  }

  revocable(): Resources {
    return this.#where((entry) => entry.kind.template?.revocable !== undefined);
  }

  nonRevocable(): Resources {
    return this.#where((entry) => entry.kind.template?.revocable === undefined);
  }

  shared(): Resources {
    return this.#where((entry) => entry.kind.divisibility === "shared");
  }

  nonShared(): Resources {
    return this.#where((entry) => entry.kind.divisibility !== "shared");
  }

  /** Without what has more than one reservation, which older peers cannot be told of. */
  withoutRefinedReservations(): Resources {
    return this.#where((entry) => (entry.kind.template?.reservations?.length ?? 0) <= 1);
  }

  /** The same, all allocated to `role`. */
  allocatedTo(role: string): Resources {
    return this.#withAllocation(role);
  }

  /** The same without allocation. */
  unallocated(): Resources {
    return this.#withAllocation(undefined);
  }

  #withAllocation(role: string | undefined): Resources {
    if (this.#entries.every((entry) => entry.allocationRole === role)) return this;
    const entries: ResourceEntry[] = [];
    for (const entry of this.#entries) addEntry(entries, entry.allocatedTo(role));
    return new Resources(entries);
  }

  /** The roles that they are allocated to, in order of first appearance. */
  allocationRoles(): readonly string[] {
    const roles: string[] = [];
    for (const { allocationRole: role } of this.#entries) {
      if (role !== undefined && !roles.includes(role)) roles.push(role);
    }
    return roles;
  }

  /** By the role they are allocated to; what is not allocated is left out. */
  allocations(): Map<string, Resources> {
    return this.#groupBy((entry) => entry.allocationRole);
  }

  /** `cpus:1; mem:32; ports:[1-2]`, or `{}`, as Mesos prints it. */
  toString(): string {
    if (this.isEmpty) return "{}";
    return this.#entries
      .map((entry) => {
        const held = entry.kind.divisibility === "shared" ? `<${entry.count}>` : "";
        return formatResource(entry.toMessage()) + held;
      })
      .join("; ");
  }

  #where(keep: (entry: ResourceEntry) => boolean): Resources {
    const entries = this.#entries.filter(keep);
    return entries.length === this.#entries.length ? this : Resources.#of(entries);
  }

  /** PERF: most bags have one key throughout, and are then their only group. */
  #groupBy(keyOf: (entry: ResourceEntry) => string | undefined): Map<string, Resources> {
    const [first] = this.#entries;
    if (first === undefined) return new Map();
    const only = keyOf(first);
    if (this.#entries.every((entry) => keyOf(entry) === only)) {
      return only === undefined ? new Map() : new Map([[only, this]]);
    }
    const groups = new Map<string, Resources>();
    for (const key of new Set(this.#entries.map(keyOf))) {
      if (key === undefined) continue;
      groups.set(
        key,
        this.#where((entry) => keyOf(entry) === key),
      );
    }
    return groups;
  }

  static #of(entries: readonly ResourceEntry[]): Resources {
    return entries.length === 0 ? Resources.empty : new Resources(entries);
  }
}

/** Adds in place; an amount that is like none of the entries becomes one of its own. */
function addEntry(entries: ResourceEntry[], added: ResourceEntry): void {
  if (added.isEmpty) return;
  for (let i = 0; i < entries.length; i += 1) {
    const entry = entries[i] as ResourceEntry;
    if (!entry.isAddable(added)) continue;
    entries[i] = entry.plus(added);
    return;
  }
  entries.push(added);
}

/** Subtracts in place; an entry that is used up is replaced by the last one. */
function subtractEntry(entries: ResourceEntry[], taken: ResourceEntry): void {
  for (let i = 0; i < entries.length; i += 1) {
    const entry = entries[i] as ResourceEntry;
    if (!entry.isSubtractable(taken)) continue;
    const rest = entry.kind.divisibility === "whole" ? undefined : entry.minus(taken);
    if (rest !== undefined && !rest.isEmpty) {
      entries[i] = rest;
      return;
    }
    const last = entries.pop() as ResourceEntry;
    if (i < entries.length) entries[i] = last;
    return;
  }
}
