/**
 * One amount of one kind, allocated to a role or not: the element that `Resources` is made of.
 *
 * Owns the arithmetic of a single amount. Immutable; the messages for the wire are made once per
 * entry when first asked for, so that an unchanged amount is not built again for every offer.
 */
import type { Milli } from "@tavola/base";
import { milli, unitsOf } from "@tavola/base";
import type { Resource, Value_Range } from "@tavola/protocol";
import { addRanges, coalesceRanges, containsRanges, subtractRanges } from "./ranges.ts";
import { toPreRefinement } from "./reservation-format.ts";
import type { ResourceKind } from "./resource-kind.ts";
import { isSameKind, kindOf } from "./resource-kind.ts";

/** An amount: thousandths, normal ranges, or sorted distinct items, by the kind's type. */
export type Amount = Milli | readonly Value_Range[] | readonly string[];

export class ResourceEntry {
  readonly kind: ResourceKind;
  /** Role in `allocation_info`; undefined when not allocated. */
  readonly allocationRole: string | undefined;
  readonly amount: Amount;
  /** How many times a shared resource is held; 1 for all others. */
  readonly count: number;
  #message: Resource | undefined;
  #preRefinement: Resource | undefined;

  constructor(
    kind: ResourceKind,
    allocationRole: string | undefined,
    amount: Amount,
    count: number,
  ) {
    this.kind = kind;
    this.allocationRole = allocationRole;
    this.amount = amount;
    this.count = count;
  }

  /** Of a valid resource in the post-refinement form. */
  static of(resource: Resource): ResourceEntry {
    return new ResourceEntry(
      kindOf(resource),
      resource.allocation_info?.role,
      amountOf(resource),
      1,
    );
  }

  /** Thousandths; 0 unless a scalar. */
  get milli(): Milli {
    return (this.kind.type === "SCALAR" ? this.amount : 0) as Milli;
  }

  get isEmpty(): boolean {
    if (this.count <= 0) return true;
    return typeof this.amount === "number" ? this.amount <= 0 : this.amount.length === 0;
  }

  /** The same amount, allocated to `role`, or to nobody. */
  allocatedTo(role: string | undefined): ResourceEntry {
    if (this.allocationRole === role) return this;
    return new ResourceEntry(this.kind, role, this.amount, this.count);
  }

  /** Whether both name the same thing, whatever their amounts. */
  isLike(that: ResourceEntry): boolean {
    return this.allocationRole === that.allocationRole && isSameKind(this.kind, that.kind);
  }

  isAddable(that: ResourceEntry): boolean {
    if (!this.isLike(that)) return false;
    switch (this.kind.divisibility) {
      case "divisible":
        return true;
      case "whole":
        return false;
      case "shared":
        return this.hasSameAmount(that);
    }
  }

  isSubtractable(that: ResourceEntry): boolean {
    return (
      this.isLike(that) && (this.kind.divisibility === "divisible" || this.hasSameAmount(that))
    );
  }

  hasSameAmount(that: ResourceEntry): boolean {
    if (this.kind.type === "SCALAR") return this.amount === that.amount;
    return this.containsAmount(that) && that.containsAmount(this);
  }

  /** Of an addable `that`. */
  plus(that: ResourceEntry): ResourceEntry {
    if (this.kind.divisibility === "shared") return this.#withCount(this.count + that.count);
    return this.#withAmount(addAmounts(this.kind, this.amount, that.amount));
  }

  /** Of a subtractable `that`; may be negative, which counts as empty. */
  minus(that: ResourceEntry): ResourceEntry {
    if (this.kind.divisibility === "shared") return this.#withCount(this.count - that.count);
    return this.#withAmount(subtractAmounts(this.kind, this.amount, that.amount));
  }

  /** Of a subtractable `that`. */
  contains(that: ResourceEntry): boolean {
    return this.count >= that.count && this.containsAmount(that);
  }

  containsAmount(that: ResourceEntry): boolean {
    switch (this.kind.type) {
      case "SCALAR":
        return (that.amount as Milli) <= (this.amount as Milli);
      case "RANGES":
        return containsRanges(
          this.amount as readonly Value_Range[],
          that.amount as readonly Value_Range[],
        );
      default: {
        const items = this.amount as readonly string[];
        return (that.amount as readonly string[]).every((item) => items.includes(item));
      }
    }
  }

  /** The message in the post-refinement form. */
  toMessage(): Resource {
    this.#message ??= messageOf(this, undefined);
    return this.#message;
  }

  /** The message in the pre-refinement form (a refined reservation stays as it is). */
  toPreRefinement(): Resource {
    this.#preRefinement ??=
      this.kind.template === undefined ? messageOf(this, "*") : toPreRefinement(this.toMessage());
    return this.#preRefinement;
  }

  #withAmount(amount: Amount): ResourceEntry {
    return new ResourceEntry(this.kind, this.allocationRole, amount, this.count);
  }

  #withCount(count: number): ResourceEntry {
    return new ResourceEntry(this.kind, this.allocationRole, this.amount, count);
  }
}

function amountOf(resource: Resource): Amount {
  switch (resource.type) {
    case "SCALAR":
      return milli(resource.scalar?.value ?? 0);
    case "RANGES":
      return coalesceRanges(resource.ranges?.range ?? []);
    default:
      return [...(resource.set?.item ?? [])].sort();
  }
}

function addAmounts(kind: ResourceKind, a: Amount, b: Amount): Amount {
  switch (kind.type) {
    case "SCALAR":
      return ((a as number) + (b as number)) as Milli;
    case "RANGES":
      return addRanges(a as readonly Value_Range[], b as readonly Value_Range[]);
    default:
      return [...new Set([...(a as readonly string[]), ...(b as readonly string[])])].sort();
  }
}

function subtractAmounts(kind: ResourceKind, a: Amount, b: Amount): Amount {
  switch (kind.type) {
    case "SCALAR":
      return ((a as number) - (b as number)) as Milli;
    case "RANGES":
      return subtractRanges(a as readonly Value_Range[], b as readonly Value_Range[]);
    default: {
      const taken = new Set(b as readonly string[]);
      return (a as readonly string[]).filter((item) => !taken.has(item));
    }
  }
}

function messageOf(entry: ResourceEntry, role: string | undefined): Resource {
  const { name, type, template } = entry.kind;
  const message: Resource = { name, type };
  switch (type) {
    case "SCALAR":
      message.scalar = { value: unitsOf(entry.amount as Milli) };
      break;
    case "RANGES":
      message.ranges = { range: entry.amount as readonly Value_Range[] };
      break;
    default:
      message.set = { item: entry.amount as readonly string[] };
  }
  if (role !== undefined) message.role = role;
  if (template !== undefined) Object.assign(message, template);
  if (entry.allocationRole !== undefined) message.allocation_info = { role: entry.allocationRole };
  return message;
}
