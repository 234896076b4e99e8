/**
 * Picks an instance of one service for each call, from what a watch knows.
 */

import type { Random } from "@tavola/base";
import { type Announcement, weightOf, zoneOf } from "./announcement.ts";
import { type Candidate, pickAtRandom, pickLeastLoaded, RoundRobin } from "./pick-instance.ts";
import type { ServiceWatch } from "./service-watch.ts";

export interface PickerOptions {
  /** Default "random". "leastLoaded" counts what was picked here and is not yet `done`. */
  readonly strategy?: "random" | "roundRobin" | "leastLoaded";
  /** Instances whose metadata has this `zone` come first; others only when there is none. */
  readonly zone?: string;
}

export interface PickedInstance {
  readonly announcement: Announcement;
  readonly uri: string;
  /** It is no longer in use. Only "leastLoaded" needs to know; once is enough. */
  done(): void;
}

interface Instance extends Candidate {
  readonly announcement: Announcement;
}

/** Made by `DiscoveryClient.picker`. */
export class ServicePicker {
  readonly #watch: Pick<ServiceWatch, "find">;
  readonly #service: string;
  readonly #options: PickerOptions;
  readonly #random: Random;
  readonly #roundRobin = new RoundRobin();
  readonly #inUse = new Map<string, number>();
  #known: readonly Announcement[] = [];
  #instances: readonly Instance[] = [];

  constructor(
    watch: Pick<ServiceWatch, "find">,
    service: string,
    options: PickerOptions & { readonly random: Random },
  ) {
    this.#watch = watch;
    this.#service = service;
    this.#options = options;
    this.#random = options.random;
  }

  /** undefined: nobody announces it. PERF: O(instances of the service). */
  pick(): PickedInstance | undefined {
    const picked = this.#choose(this.#candidates());
    if (picked === undefined) return undefined;
    const { id, announcement } = picked;
    this.#inUse.set(id, (this.#inUse.get(id) ?? 0) + 1);
    let isDone = false;
    return {
      announcement,
      uri: announcement.serviceUri,
      done: () => {
        if (isDone) return;
        isDone = true;
        const left = (this.#inUse.get(id) ?? 1) - 1;
        if (left === 0) this.#inUse.delete(id);
        else this.#inUse.set(id, left);
      },
    };
  }

  #choose(candidates: readonly Instance[]): Instance | undefined {
    switch (this.#options.strategy) {
      case "roundRobin":
        return this.#roundRobin.pick(candidates);
      case "leastLoaded":
        return pickLeastLoaded(candidates, (id) => this.#inUse.get(id) ?? 0, this.#random);
      default:
        return pickAtRandom(candidates, this.#random);
    }
  }

  #candidates(): readonly Instance[] {
    const found = this.#watch.find(this.#service);
    if (found === this.#known) return this.#instances;
    const { zone } = this.#options;
    const near = zone === undefined ? [] : found.filter((each) => zoneOf(each) === zone);
    this.#known = found;
    this.#instances = (near.length > 0 ? near : found).map((announcement) => ({
      id: announcement.announcementId,
      weight: weightOf(announcement),
      announcement,
    }));
    return this.#instances;
  }
}
