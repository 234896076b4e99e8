/**
 * Which server is tried next, and why the others did not do.
 *
 * Each client goes round in an order of its own, so that the clients of a server that died spread over
 * the others; the one just left comes last. Names are looked up again at every try, as servers move.
 */

import { lookup } from "node:dns/promises";
import { type Random, randomInt, shuffle } from "@tavola/base";

export interface Server {
  readonly host: string;
  readonly port: number;
}

export class ServerList {
  readonly #servers: Server[];
  readonly #random: Random;
  readonly #reasons = new Map<string, string>();
  /** Of each name, the address tried last. */
  readonly #lastAddress = new Map<string, string>();
  #next = 0;

  constructor(servers: readonly Server[], random: Random) {
    this.#random = random;
    this.#servers = shuffle(random, [...servers]);
  }

  get count(): number {
    return this.#servers.length;
  }

  next(): Server {
    const server = this.#servers[this.#next % this.#servers.length] as Server;
    this.#next += 1;
    return server;
  }

  /** One address of the server's name, another one than last time where it has several. Rejects when it has none. */
  async addressOf({ host }: Server): Promise<string> {
    const found = (await lookup(host, { all: true })).map(({ address }) => address);
    const others = found.filter((address) => address !== this.#lastAddress.get(host));
    const choice = others.length > 0 ? others : found;
    const address = choice[randomInt(this.#random, choice.length)] ?? host;
    this.#lastAddress.set(host, address);
    return address;
  }

  failed(server: Server, why: string): void {
    this.#reasons.set(formatServer(server), why);
  }

  /** "a:2181: connection refused; b:2181: …": of each that failed since one was reached. */
  reasons(): string {
    return [...this.#reasons].map(([server, why]) => `${server}: ${why}`).join("; ");
  }

  reached(): void {
    this.#reasons.clear();
  }
}

/** `host:port`, IPv6 addresses in brackets. */
export function formatServer({ host, port }: Server): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
