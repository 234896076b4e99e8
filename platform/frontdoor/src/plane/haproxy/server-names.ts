/**
 * From announced instances to servers of HAProxy's. An instance keeps its server's name as long as its
 * address is the same.
 */

import { isIP, isIPv6 } from "node:net";
import type { Instance } from "../../core/routing-table.ts";
import type { ServiceName } from "../../core/rule.ts";
import {
  parseUpstreamAddress,
  type UpstreamAddress,
} from "../in-process/upstream/upstream-address.ts";
import type { HostAddresses } from "./host-addresses.ts";
import { isReusable, type Server, serverWeights } from "./server-book.ts";

/** Of one service. */
const freeMax = 64;

export interface NamedServers {
  /** By name. */
  readonly servers: ReadonlyMap<string, Server>;
  /**
   * Some instance's URI has a path, which HAProxy cannot put before a request's, or has TLS at an address,
   * for which HAProxy finds no certificate: it looks for names only.
   */
  readonly isHandedOn: boolean;
  /** Some instance's host is not found, now. */
  readonly isPartial: boolean;
  /** Some instance's host is a name, which may come to mean another address. */
  readonly hasNames: boolean;
}

export class ServerNames {
  readonly #hosts: HostAddresses;
  readonly #zone: string | undefined;
  readonly #names = new Map<string, string>();
  /** Servers that HAProxy has and that serve nobody. */
  readonly #free = new Map<ServiceName, string[]>();
  readonly #reused = new Set<string>();
  #last = 0;

  /** `zone`: ours. */
  constructor(hosts: HostAddresses, zone: string | undefined) {
    this.#hosts = hosts;
    this.#zone = zone;
  }

  async serversOf(service: ServiceName, instances: readonly Instance[]): Promise<NamedServers> {
    const weights = serverWeights(instances);
    let isHandedOn = false;
    let isPartial = false;
    let hasNames = false;
    const found = await Promise.all(
      instances.map(async (instance): Promise<Server | undefined> => {
        const upstream = parseUpstreamAddress(instance.uri);
        if (upstream === undefined) return undefined;
        const isNamed = !upstream.isTls || isIP(upstream.host) === 0;
        if (upstream.pathPrefix !== "" || !isNamed) isHandedOn = true;
        if (!isNamed) return undefined;
        if (isIP(upstream.host) === 0) hasNames = true;
        const address = await this.#addressOf(upstream);
        if (address === undefined) {
          isPartial = true;
          return undefined;
        }
        const server = {
          service,
          instance,
          address,
          tlsName: upstream.isTls ? upstream.host : undefined,
          weight: weights.get(instance) ?? 1,
          place: this.#placeOf(instance),
        };
        return { ...server, name: this.#nameOf(server) };
      }),
    );
    const servers = found.filter((server) => server !== undefined);
    const byName = new Map(servers.map((server) => [server.name, server]));
    return { servers: byName, isHandedOn, isPartial, hasNames };
  }

  #placeOf({ zone }: Instance): Server["place"] {
    if (this.#zone === undefined) return "any";
    return zone === this.#zone ? "near" : "far";
  }

  async #addressOf({ host, port }: UpstreamAddress): Promise<string | undefined> {
    const address = await this.#hosts.addressOf(host);
    if (address === undefined) return undefined;
    return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
  }

  #nameOf(server: Omit<Server, "name">): string {
    const { service } = server;
    const key = keyOf(server);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const free = isReusable(server) ? this.#free.get(service)?.pop() : undefined;
    if (free !== undefined) this.#reused.add(free);
    else this.#last += 1;
    const name = free ?? `i${this.#last}`;
    this.#names.set(key, name);
    return name;
  }

  /** Whether HAProxy has the server: it served another instance. */
  isReused({ name }: Server): boolean {
    return this.#reused.has(name);
  }

  /** False: there are enough of them, and nobody else gets its name. */
  free({ service, name }: Server): boolean {
    const free = this.#free.get(service) ?? [];
    if (free.length >= freeMax) {
      this.#reused.delete(name);
      return false;
    }
    this.#free.set(service, [...free, name]);
    return true;
  }

  /** Another process has only those that serve. */
  forgetFree(): void {
    this.#free.clear();
    this.#reused.clear();
  }

  /** If its instance comes back, it is new. */
  forget(server: Server): void {
    this.#names.delete(keyOf(server));
  }
}

function keyOf({ service, address, instance }: Omit<Server, "name">): string {
  return JSON.stringify([service, instance.id, instance.uri, address]);
}
