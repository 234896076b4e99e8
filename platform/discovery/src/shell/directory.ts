/**
 * What this server knows: the catalogue, who waits for its changes, and who was heard of.
 *
 * The log feeds it; every call reads it. All three change together, in one turn, so that nobody sees
 * one without the other.
 */

import { type Instant, later } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";
import type { Announcement } from "../core/announcement.ts";
import { Catalogue, type CatalogueOptions, type Change, type Entry } from "../core/catalogue.ts";
import { Leases } from "../core/leases.ts";
import type { Batch, Operation } from "../core/operation.ts";
import { Watchers } from "../core/watchers.ts";
import type { LogReader } from "../store/announcement-log.ts";

const limits = {
  /** Of rest for each watcher that was told, so that changes in quick succession are told together. */
  restMsPerTold: 0.05,
  restMsMax: 500,
} as const;

export interface DirectoryOptions extends CatalogueOptions {
  readonly clock: Clock;
  readonly leaseMs: number;
}

export class Directory implements LogReader {
  readonly catalogue: Catalogue;
  readonly watchers: Watchers;
  readonly leases: Leases;
  readonly #clock: Clock;
  /** Changes that watchers have not been told yet. */
  #untold: Change[] = [];
  #tellingNotBefore: Instant;
  #telling: Timer | undefined;
  /** Called after each change. `missed`: expired, although this server had heard of it in time. */
  onChanged: (changes: readonly Change[] | "all", missed: readonly Announcement[]) => void =
    () => {};

  constructor(options: DirectoryOptions) {
    this.#clock = options.clock;
    this.#tellingNotBefore = options.clock.now();
    this.catalogue = new Catalogue(options);
    this.watchers = new Watchers(this.catalogue);
    this.leases = new Leases(options.leaseMs, options.clock.now());
  }

  get generation(): string | undefined {
    return this.catalogue.generation;
  }

  get index(): number {
    return this.catalogue.index;
  }

  all(): Iterable<Entry> {
    return this.catalogue.values();
  }

  reset(generation: string, index: number, announcements: Iterable<Announcement>): void {
    this.catalogue.reset(generation, index, announcements);
    for (const { id } of this.catalogue.values()) this.leases.known(id);
    this.leases.allRenewed(this.#clock.now());
    this.#untold = [];
    this.watchers.replaced();
    this.onChanged("all", []);
  }

  apply(batch: Batch): void {
    const now = this.#clock.now();
    const missed = batch.operations.flatMap((operation) => this.#heard(operation, now));
    const changes = this.catalogue.apply(batch);
    for (const change of changes) this.#untold.push(change);
    this.#tellSoon(now);
    this.onChanged(changes, missed);
  }

  close(): void {
    this.#telling?.cancel();
    this.#telling = undefined;
    this.watchers.close();
  }

  /**
   * At once when nothing was told of late. Ten thousand answers take a server a while, and all of them
   * ask again: many small changes are told as few larger ones.
   */
  #tellSoon(now: Instant): void {
    if (this.#telling !== undefined) return;
    const inMs = this.#tellingNotBefore - now;
    if (inMs <= 0) {
      this.#tell(now);
      return;
    }
    this.#telling = this.#clock.after(inMs, () => {
      this.#telling = undefined;
      this.#tell(this.#clock.now());
    });
  }

  #tell(now: Instant): void {
    const changes = this.#untold;
    this.#untold = [];
    const waiting = this.watchers.size;
    this.watchers.changed(changes);
    const told = Math.max(0, waiting - this.watchers.size);
    const restMs = Math.min(told * limits.restMsPerTold, limits.restMsMax);
    this.#tellingNotBefore = later(now, restMs);
  }

  /** Answers what must be announced again. */
  #heard(operation: Operation, now: Instant): readonly Announcement[] {
    if (operation.kind === "put") {
      const { id } = operation.announcement;
      // What this server made others announce again: its owner has said nothing new.
      const isBroughtBack =
        this.catalogue.get(id) === undefined && this.leases.ageMs(id, now) !== undefined;
      if (!isBroughtBack) this.leases.renewed(id, now);
      return [];
    }
    const { id } = operation;
    const before = this.catalogue.get(id);
    const isMissed = operation.kind === "expire" && this.leases.ageMs(id, now) !== undefined;
    if (isMissed && before !== undefined) return [before];
    this.leases.forget(id);
    return [];
  }
}
