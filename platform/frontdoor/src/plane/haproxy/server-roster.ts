/**
 * Which servers serve which instances now, and what becomes another when services change. A list of
 * instances that says what it said before costs a comparison, and no name is looked up for it.
 */

import type { Instance, Services } from "../../core/routing-table.ts";
import type { ServiceName } from "../../core/rule.ts";
import { areSameInstances } from "./same-instances.ts";
import { changesOf, type Server, type ServerChanges } from "./server-book.ts";
import type { ServerNames } from "./server-names.ts";

export interface ServiceChanges extends ServerChanges {
  readonly service: ServiceName;
}

export class ServerRoster {
  readonly #names: ServerNames;
  readonly #servers = new Map<ServiceName, ReadonlyMap<string, Server>>();
  /** What `#servers` was made of. */
  #applied: Services = new Map();
  #handedOn: ReadonlySet<ServiceName> = new Set();

  constructor(names: ServerNames) {
    this.#names = names;
  }

  /** Services of which some instance is nobody's that HAProxy could ask. */
  get handedOn(): ReadonlySet<ServiceName> {
    return this.#handedOn;
  }

  serversOf(service: ServiceName): readonly Server[] {
    return [...(this.#servers.get(service)?.values() ?? [])];
  }

  get services(): Iterable<ServiceName> {
    return this.#servers.keys();
  }

  /** Whether the server serves still. */
  has({ service, name }: Server): boolean {
    return this.#servers.get(service)?.has(name) === true;
  }

  /** Takes what is wanted now; one at a time. PERF: O(services + instances of those that changed). */
  async apply(services: Services): Promise<readonly ServiceChanges[]> {
    const changes: ServiceChanges[] = [];
    const handedOn = new Set<ServiceName>();
    for (const service of new Set([...this.#servers.keys(), ...services.keys()])) {
      const instances: readonly Instance[] | undefined = services.get(service);
      if (areSameInstances(this.#applied.get(service), instances)) {
        if (this.#handedOn.has(service)) handedOn.add(service);
        continue;
      }
      const named = await this.#names.serversOf(service, instances ?? []);
      if (named.isHandedOn) handedOn.add(service);
      const before = this.#servers.get(service) ?? new Map<string, Server>();
      const change = changesOf(before, named.servers);
      for (const server of change.removed) this.#names.forget(server);
      changes.push({ service, ...change });
      if (instances === undefined) this.#servers.delete(service);
      else this.#servers.set(service, named.servers);
    }
    this.#applied = services;
    this.#handedOn = handedOn;
    return changes;
  }
}
