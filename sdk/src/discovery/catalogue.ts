/**
 * What is announced, as far as was heard: kept by id, found by service.
 *
 * Pure. PERF: an update costs what it changes; a full one costs all there is. Finding a service is one
 * look into a map as long as nothing of its type changes.
 */

import { type Announcement, isOfService, type WatchAnswer } from "./announcement.ts";

export interface CatalogueChange {
  readonly added: readonly Announcement[];
  /** As they are now. */
  readonly changed: readonly Announcement[];
  /** As they were. */
  readonly removed: readonly Announcement[];
}

export class Catalogue {
  readonly #byId = new Map<string, Announcement>();
  readonly #byType = new Map<string, Map<string, Announcement>>();
  /** Found before, by service. */
  readonly #found = new Map<string, readonly Announcement[]>();
  readonly #service: string | undefined;

  /** With a `service` (`type` or `type:feature`) all else is passed over, also where a server does not filter. */
  constructor(service?: string) {
    this.#service = service;
  }

  get size(): number {
    return this.#byId.size;
  }

  all(): readonly Announcement[] {
    return [...this.#byId.values()];
  }

  /** `service`: `type`, whatever its feature, or `type:feature`. The same list as long as nothing of it changes. */
  find(service: string): readonly Announcement[] {
    const before = this.#found.get(service);
    if (before !== undefined) return before;
    const found = typesOf(service).flatMap((type) =>
      [...(this.#byType.get(type)?.values() ?? [])].filter((each) => isOfService(each, service)),
    );
    // What nobody announces is not remembered: services may be asked for that never were.
    if (found.length > 0) this.#found.set(service, found);
    return found;
  }

  apply({ fullUpdate, deletes, updates }: WatchAnswer): CatalogueChange {
    const change = {
      added: [] as Announcement[],
      changed: [] as Announcement[],
      removed: [] as Announcement[],
    };
    const gone = new Set(fullUpdate ? this.#byId.keys() : deletes);
    const wanted = this.#service;
    for (const announcement of updates) {
      const { announcementId: id } = announcement;
      if (wanted !== undefined && !isOfService(announcement, wanted)) {
        gone.add(id);
        continue;
      }
      gone.delete(id);
      const before = this.#byId.get(id);
      if (before === undefined) change.added.push(announcement);
      else if (JSON.stringify(before) === JSON.stringify(announcement)) continue;
      else change.changed.push(announcement);
      this.#remove(id);
      this.#add(announcement);
    }
    for (const id of gone) {
      const before = this.#remove(id);
      if (before !== undefined) change.removed.push(before);
    }
    return change;
  }

  #add(announcement: Announcement): void {
    const { announcementId: id, serviceType } = announcement;
    this.#byId.set(id, announcement);
    const ofType = this.#byType.get(serviceType);
    if (ofType === undefined) this.#byType.set(serviceType, new Map([[id, announcement]]));
    else ofType.set(id, announcement);
    this.#forgetFound(announcement);
  }

  #remove(id: string): Announcement | undefined {
    const announcement = this.#byId.get(id);
    if (announcement === undefined) return undefined;
    this.#byId.delete(id);
    const ofType = this.#byType.get(announcement.serviceType);
    ofType?.delete(id);
    if (ofType?.size === 0) this.#byType.delete(announcement.serviceType);
    this.#forgetFound(announcement);
    return announcement;
  }

  #forgetFound({ serviceType, feature }: Announcement): void {
    this.#found.delete(serviceType);
    if (feature !== undefined) this.#found.delete(`${serviceType}:${feature}`);
  }
}

/** The types that `service` can be of: all of it, or what is before a colon (features may have some, too). */
function typesOf(service: string): readonly string[] {
  const colons = [...service.matchAll(/:/g)].map(({ index }) => index);
  return [service, ...colons.map((colon) => service.slice(0, colon))];
}
