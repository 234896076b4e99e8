/**
 * Which discovery servers there are, and which of them to ask next.
 *
 * Begins with those that were given, and learns the others from what is announced as `discovery`. One
 * that failed is passed over for a while, unless all have. Pure, with the time and dice as arguments.
 */

import { CodedError, type Instant, type Random, randomInt } from "@tavola/base";

/** Who failed is not asked for so long while there are others. */
const avoidedMs = 10_000;

export class ServerList {
  readonly #given: readonly string[];
  #learned: readonly string[] = [];
  #all: readonly string[];
  readonly #avoidedUntil = new Map<string, number>();

  /** As `parseDiscoveryServers`. */
  constructor(servers: string | readonly string[]) {
    this.#given = parseDiscoveryServers(servers);
    this.#all = this.#given;
  }

  /** Without a slash at their ends; those that were given first. */
  get all(): readonly string[] {
    return this.#all;
  }

  /** What is announced as `discovery` now; what is no URL is passed over. */
  learned(uris: readonly string[]): void {
    const before = new Set(this.#learned);
    this.#learned = uris.flatMap((uri) => serverUrl(uri) ?? []);
    this.#all = [...new Set([...this.#given, ...this.#learned])];
    // One that came (back) is worth asking.
    for (const url of this.#learned) if (!before.has(url)) this.#avoidedUntil.delete(url);
    for (const url of this.#avoidedUntil.keys()) {
      if (!this.#all.includes(url)) this.#avoidedUntil.delete(url);
    }
  }

  /** By the dice, so that calls spread over all; where all failed, the one that failed first. PERF: O(servers). */
  pick(now: Instant, random: Random): string {
    const until = (url: string): number => this.#avoidedUntil.get(url) ?? 0;
    const open = this.#all.filter((url) => until(url) <= now);
    if (open.length > 0) return open[randomInt(random, open.length)] as string;
    return this.#all.reduce((first, url) => (until(url) < until(first) ? url : first));
  }

  failed(url: string, now: Instant): void {
    if (this.#all.includes(url)) this.#avoidedUntil.set(url, now + avoidedMs);
  }

  answered(url: string): void {
    this.#avoidedUntil.delete(url);
  }
}

/**
 * `http://HOST:PORT`, or HOST:PORT, a list or separated by commas: each once, without a slash at its
 * end. Throws CodedError DISCOVERY_ADDRESS_INVALID.
 */
export function parseDiscoveryServers(servers: string | readonly string[]): readonly string[] {
  const list = typeof servers === "string" ? servers.split(",") : servers;
  const urls = [...new Set(list.map((text) => parseServerUrl(text.trim())))];
  if (urls.length === 0) throw invalid("no discovery server is given");
  return urls;
}

function parseServerUrl(text: string): string {
  const url = serverUrl(text.includes("://") ? text : `http://${text}`);
  if (url !== undefined) return url;
  throw invalid(`"${text}" is not the address of a discovery server`);
}

function serverUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "") return undefined;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function invalid(what: string): CodedError {
  return new CodedError(
    "DISCOVERY_ADDRESS_INVALID",
    `${what}; wanted http://HOST:PORT, several of them separated by commas`,
  );
}
