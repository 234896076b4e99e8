/**
 * What becomes of the calls that came together: one batch of operations, and an answer each.
 *
 * Calls are taken in their order; a later one meets what an earlier one of the same batch did. When
 * somebody else's batch came first, the same calls are planned anew over what is there then.
 */

import { type Announcement, ownServiceType, saysTheSame } from "./announcement.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Operation } from "./operation.ts";

export type Call =
  | { readonly kind: "announce"; readonly announcement: Announcement }
  /** `owner`: the hash of the key that the caller showed. */
  | { readonly kind: "withdraw"; readonly id: string; readonly owner: string | undefined }
  /** Only while it is still as it was at `changedAt`, and `isOver` says so. */
  | {
      readonly kind: "expire";
      readonly id: string;
      readonly changedAt: number;
      readonly isOver: () => boolean;
    };

export type Answer =
  | { readonly kind: "done"; readonly announcement: Announcement | undefined }
  | { readonly kind: "unknown" }
  | { readonly kind: "not-owner" }
  | {
      readonly kind: "too-many";
      readonly of: "announcements" | "serviceType";
      readonly max: number;
    };

export interface CatalogueLimits {
  readonly announcementsMax: number;
  readonly announcementsPerTypeMax: number;
}

export interface PlannedBatch {
  readonly operations: readonly Operation[];
  /** One a call. */
  readonly answers: readonly Answer[];
}

export function planBatch(
  catalogue: Catalogue,
  calls: readonly Call[],
  limits: CatalogueLimits,
): PlannedBatch {
  const batch = new BatchPlan(catalogue, limits);
  const answers = calls.map((call) => batch.take(call));
  return { operations: batch.operations, answers };
}

class BatchPlan {
  readonly #catalogue: Catalogue;
  readonly #limits: CatalogueLimits;
  readonly operations: Operation[] = [];
  /** As it will be after what is planned so far; undefined: gone. */
  readonly #planned = new Map<string, Announcement | undefined>();
  readonly #typesMore = new Map<string, number>();
  #more = 0;

  constructor(catalogue: Catalogue, limits: CatalogueLimits) {
    this.#catalogue = catalogue;
    this.#limits = limits;
  }

  take(call: Call): Answer {
    if (call.kind === "announce") return this.#announce(call.announcement);
    if (call.kind === "withdraw") return this.#withdraw(call.id, call.owner);
    return this.#expire(call);
  }

  #now(id: string): Announcement | undefined {
    return this.#planned.has(id) ? this.#planned.get(id) : this.#catalogue.get(id);
  }

  #announce(announcement: Announcement): Answer {
    const before = this.#now(announcement.id);
    if (!mayChange(before, announcement.owner)) return { kind: "not-owner" };
    if (before !== undefined && saysTheSame(before, announcement)) {
      return { kind: "done", announcement: before };
    }
    const refusal = this.#tooMany(before, announcement.serviceType);
    if (refusal !== undefined) return refusal;
    this.#count(before, -1);
    this.#count(announcement, 1);
    this.#planned.set(announcement.id, announcement);
    this.operations.push({ kind: "put", announcement });
    return { kind: "done", announcement };
  }

  #withdraw(id: string, owner: string | undefined): Answer {
    const before = this.#now(id);
    if (before === undefined) return { kind: "unknown" };
    if (!mayChange(before, owner)) return { kind: "not-owner" };
    this.#remove(before);
    this.operations.push({ kind: "withdraw", id });
    return { kind: "done", announcement: before };
  }

  #expire({ id, changedAt, isOver }: Extract<Call, { kind: "expire" }>): Answer {
    const before = this.#catalogue.get(id);
    const isAsItWas = before?.changedAt === changedAt && !this.#planned.has(id);
    if (before === undefined || !isAsItWas || !isOver()) return { kind: "unknown" };
    this.#remove(before);
    this.operations.push({ kind: "expire", id });
    return { kind: "done", announcement: before };
  }

  #remove(before: Announcement): void {
    this.#count(before, -1);
    this.#planned.set(before.id, undefined);
  }

  #count(announcement: Announcement | undefined, by: number): void {
    if (announcement === undefined) return;
    const { serviceType } = announcement;
    this.#more += by;
    this.#typesMore.set(serviceType, (this.#typesMore.get(serviceType) ?? 0) + by);
  }

  #tooMany(before: Announcement | undefined, serviceType: string): Answer | undefined {
    // Without its servers nobody finds anything.
    if (serviceType === ownServiceType) return undefined;
    const { announcementsMax, announcementsPerTypeMax } = this.#limits;
    const all = this.#catalogue.size + this.#more;
    if (before === undefined && all >= announcementsMax) {
      return { kind: "too-many", of: "announcements", max: announcementsMax };
    }
    const more = this.#typesMore.get(serviceType) ?? 0;
    const ofType = this.#catalogue.countOfType(serviceType) + more;
    if (before?.serviceType === serviceType || ofType < announcementsPerTypeMax) return undefined;
    return { kind: "too-many", of: "serviceType", max: announcementsPerTypeMax };
  }
}

/** Who announced without a key shares it with everybody who knows its id. */
export function mayChange(before: Announcement | undefined, owner: string | undefined): boolean {
  return before?.owner === undefined || before.owner === owner;
}
