/**
 * Which servers serve which instances now, and what becomes another when services change. A list of
 * instances that says what it said before costs a comparison, and no name is looked up for it but when that
 * is asked for.
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
  readonly #partial = new Set<ServiceName>();
  readonly #withNames = new Set<ServiceName>();
  readonly #handedOn = new Set<ServiceName>();

  constructor(names: ServerNames) {
    this.#names = names;
  }

  /** Services of which some instance is nobody's that HAProxy could ask. */
  get handedOn(): ReadonlySet<ServiceName> {
    return this.#handedOn;
  }

  /**
   * When the same services may come to something else: soon, where some instance's host was not found, or
   * later, where one is a name. Undefined: never.
   */
  get lookAgain(): "soon" | "later" | undefined {
    if (this.#partial.size > 0) return "soon";
    return this.#withNames.size > 0 ? "later" : undefined;
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

  /**
   * Takes what is wanted now; one at a time. `looksAgain`: names that were found are looked up again. PERF:
   * O(services + instances of those that changed).
   */
  async apply(
    services: Services,
    { looksAgain = false }: { readonly looksAgain?: boolean } = {},
  ): Promise<readonly ServiceChanges[]> {
    const all = new Set([...this.#servers.keys(), ...services.keys()]);
    const changed = [...all].filter((service) => {
      const isSame = areSameInstances(this.#applied.get(service), services.get(service));
      return !isSame || this.#partial.has(service) || (looksAgain && this.#withNames.has(service));
    });
    // Together, because a host may take its time to be found.
    const changes = await Promise.all(
      changed.map((service) => this.#change(service, services.get(service))),
    );
    this.#applied = services;
    return changes;
  }

  async #change(
    service: ServiceName,
    instances: readonly Instance[] | undefined,
  ): Promise<ServiceChanges> {
    const named = await this.#names.serversOf(service, instances ?? []);
    setMember(this.#handedOn, service, named.isHandedOn);
    setMember(this.#partial, service, named.isPartial);
    setMember(this.#withNames, service, named.hasNames);
    const before = this.#servers.get(service) ?? new Map<string, Server>();
    if (instances === undefined) this.#servers.delete(service);
    else this.#servers.set(service, named.servers);
    const changes = changesOf(before, named.servers);
    for (const server of changes.removed) this.#names.forget(server);
    return { service, ...changes };
  }
}

function setMember<T>(set: Set<T>, member: T, isIn: boolean): void {
  if (isIn) set.add(member);
  else set.delete(member);
}
