/**
 * Who leads: from a list of masters to the one that answers.
 *
 * A follower answers 307 with the leader's address, so any one master of the list is enough to find
 * it; one that does not answer is passed over for the next. Does not speak to any master itself: the
 * caller tells it what it saw. Where the masters meet in a store, `stored-leader.ts` asks that.
 */

import { CodedError } from "@tavola/base";
import { isStoreUrl, parseStoreUrl } from "@tavola/coordination";
import { originOf } from "./redirect.ts";
import { StoredLeader } from "./stored-leader.ts";
import type { OpenWorld } from "./world.ts";

export interface LeaderDetector {
  /**
   * Base URL (no trailing slash) of the master to ask now. Rejects with UNAVAILABLE (transient) when
   * none leads, and with what waiting does not mend, such as UNAUTHORIZED.
   */
  current(signal?: AbortSignal): Promise<string>;
  /**
   * Somebody said that `location` (of a 307: absolute, or protocol-relative as Mesos writes it) leads.
   * A location that is not an address throws CodedError REDIRECT_MALFORMED.
   */
  redirected(location: string): void;
  /** `url` did not answer, or leads no longer; the next is asked. */
  failed(url: string): void;
  /** How many masters are worth asking before giving up; infinite when others come by themselves. */
  readonly candidates: number;
  /** Calls back when another is known to lead, where that is known before anybody asks. */
  watch(onChange: (url: string) => void): void;
  close(): Promise<void>;
}

const masterPattern = /^(?:http:\/\/)?([^/@\s]+:\d{1,5})\/?$/;

/**
 * `masters` is `host:port`, several of them separated by commas, or a list; or, as text, the store in
 * which they meet: `zk://host:port/path`, `etcd://…`, `file:///…` that holds one. A text that is none
 * of these throws CodedError MASTER_ADDRESS_INVALID.
 */
export function createLeaderDetector(
  masters: string | readonly string[],
  world: OpenWorld,
): LeaderDetector {
  if (typeof masters === "string" && isStoreUrl(masters)) {
    const url = parseStoreUrl(masters);
    if (url.error === undefined) return new StoredLeader(url.value, world);
    throw new CodedError("MASTER_ADDRESS_INVALID", url.error);
  }
  const list = typeof masters === "string" ? masters.split(",") : masters;
  const urls = list.map((text) => parseMasterUrl(text.trim()));
  if (urls.length === 0) {
    throw new CodedError("MASTER_ADDRESS_INVALID", "no master given; wanted HOST:PORT");
  }
  return new ListedMasters(urls);
}

function parseMasterUrl(text: string): string {
  const hostAndPort = masterPattern.exec(text)?.[1];
  if (hostAndPort === undefined) {
    throw new CodedError(
      "MASTER_ADDRESS_INVALID",
      `"${text}" is not the address of a master; wanted HOST:PORT, such as 127.0.0.1:5050, or zk://HOST:PORT/PATH`,
    );
  }
  return `http://${hostAndPort}`;
}

class ListedMasters implements LeaderDetector {
  readonly #urls: readonly string[];
  #next = 0;
  #leader: string | undefined;

  constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  get candidates(): number {
    return this.#urls.length;
  }

  async current(): Promise<string> {
    return this.#leader ?? (this.#urls[this.#next] as string);
  }

  redirected(location: string): void {
    this.#leader = originOf(location);
  }

  failed(url: string): void {
    if (this.#leader !== undefined) {
      if (this.#leader === url) this.#leader = undefined;
      return;
    }
    if (this.#urls[this.#next] === url) this.#next = (this.#next + 1) % this.#urls.length;
  }

  watch(): void {}

  async close(): Promise<void> {}
}
