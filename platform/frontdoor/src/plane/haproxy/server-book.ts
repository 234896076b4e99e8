/**
 * Which servers HAProxy has for which instances, and what to tell it when instances come and go.
 *
 * To add or delete a server HAProxy stops all its threads; to give one another address it does not. So
 * a server whose instance went, and whose last request has ended, serves the next instance that comes.
 */

import type { Instance } from "../../core/routing-table.ts";
import type { ServiceName } from "../../core/rule.ts";

/** An instance that HAProxy can send requests to. */
export interface Server {
  readonly name: string;
  readonly service: ServiceName;
  readonly instance: Instance;
  /** `10.0.0.1:8080`, `[2001:db8::1]:8080`. */
  readonly address: string;
  /** Its name, for SNI and the certificate; undefined: no TLS. */
  readonly tlsName: string | undefined;
  /** 1 to 256. */
  readonly weight: number;
  /** Of an instance in our zone and outside of it, where one is preferred. */
  readonly place: "any" | "near" | "far";
  /** Begins in maintenance: it was ejected under another process. */
  readonly isOut?: boolean;
}

export interface ServerSettings {
  readonly slowStartMs: number;
}

const weightFull = 128;

/**
 * Refused connections, one after the other, that put a server out. A request is tried on servers far away only
 * when all near ones are out: so those must be before its retries are used up.
 */
const errorsMax = { any: 5, near: 2, far: 5 } as const;

/** HAProxy's weights are whole and at most 256; ours are any number above 0. */
export function serverWeights(instances: readonly Instance[]): ReadonlyMap<Instance, number> {
  const most = Math.max(...instances.map(({ weight }) => weight));
  return new Map(
    instances.map((instance) => [
      instance,
      Math.min(256, Math.max(1, Math.round((instance.weight / most) * weightFull))),
    ]),
  );
}

/** As `server` and `add server` take it, from the address on. */
export function formatServer(server: Server, { slowStartMs }: ServerSettings): string {
  const { address, tlsName, weight, place, isOut } = server;
  const parts = [
    address,
    `weight ${weight}`,
    `slowstart ${Math.max(1, Math.round(slowStartMs))}ms`,
    // Who does not take connections any more is found by requests, and back by a look every second.
    "check inter 30s fastinter 1s downinter 1s rise 1 fall 2",
    `observe layer4 error-limit ${errorsMax[place]} on-error mark-down`,
    // Both must be said of a server that comes later: else HAProxy 2.6 keeps no connection to it.
    "pool-max-conn -1 pool-purge-delay 1s",
  ];
  if (place === "far") parts.push("backup");
  if (isOut === true) parts.push("disabled");
  if (tlsName !== undefined) {
    parts.push("ssl verify required ca-file @system-ca check-ssl");
    parts.push(`sni str(${tlsName}) verifyhost ${tlsName} check-sni ${tlsName}`);
  }
  return parts.join(" ");
}

export function addCommands(backend: string, server: Server, settings: ServerSettings): string[] {
  const at = `${backend}/${server.name}`;
  return [
    `add server ${at} ${formatServer(server, settings)}`,
    `enable server ${at}`,
    `enable health ${at}`,
  ];
}

/** Of one that HAProxy has, and that served another instance before. */
export function reuseCommands(backend: string, { name, address, weight }: Server): string[] {
  const at = `${backend}/${name}`;
  const colon = address.lastIndexOf(":");
  const ip = address.slice(0, colon).replace(/^\[|\]$/g, "");
  return [
    `set server ${at} addr ${ip} port ${address.slice(colon + 1)}`,
    `set server ${at} weight ${weight}`,
    `set server ${at} state ready`,
  ];
}

/** Whether it is like any other but for its address. */
export function isReusable({ tlsName, place }: Pick<Server, "tlsName" | "place">): boolean {
  return tlsName === undefined && place !== "far";
}

export interface ServerChanges {
  readonly added: readonly Server[];
  readonly removed: readonly Server[];
  readonly reweighted: readonly Server[];
}

/** Servers by name, before and after. */
export function changesOf(
  before: ReadonlyMap<string, Server>,
  after: ReadonlyMap<string, Server>,
): ServerChanges {
  const added: Server[] = [];
  const reweighted: Server[] = [];
  for (const [name, server] of after) {
    const known = before.get(name);
    if (known === undefined) added.push(server);
    else if (known.weight !== server.weight) reweighted.push(server);
  }
  const removed = [...before.values()].filter(({ name }) => !after.has(name));
  return { added, removed, reweighted };
}
