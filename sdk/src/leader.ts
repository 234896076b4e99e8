/**
 * Who leads: from a list of masters to the one that answers.
 *
 * A follower answers 307 with the leader's address, so any one master of the list is enough to find
 * it; one that does not answer is passed over for the next. Does not speak to anybody itself: the
 * caller tells it what it saw.
 */

import { CodedError } from "@tavola/base";

export interface LeaderDetector {
  /** Base URL (no trailing slash) of the master to ask now. */
  current(): string;
  /**
   * `from` said that `location` (of a 307: absolute, or protocol-relative as Mesos writes it) leads.
   * A location that is not an address throws CodedError REDIRECT_MALFORMED.
   */
  redirected(location: string): void;
  /** `url` did not answer, or leads no longer; the next of the list is asked. */
  failed(url: string): void;
  /** How many masters are worth asking before giving up. */
  readonly candidates: number;
}

const masterPattern = /^(?:http:\/\/)?([^/@\s]+:\d{1,5})\/?$/;

/**
 * `masters` is `host:port`, several of them separated by commas, or a list. A text that is none of
 * these throws CodedError MASTER_ADDRESS_INVALID.
 */
export function createLeaderDetector(masters: string | readonly string[]): LeaderDetector {
  const list = typeof masters === "string" ? masters.split(",") : masters;
  const urls = list.map((text) => parseMasterUrl(text.trim()));
  if (urls.length === 0) {
    throw new CodedError("MASTER_ADDRESS_INVALID", "no master given; wanted HOST:PORT");
  }
  return new ListedMasters(urls);
}

function parseMasterUrl(text: string): string {
  if (text.startsWith("zk://")) {
    throw new CodedError(
      "MASTER_ADDRESS_INVALID",
      `cannot look up the leader in ZooKeeper (${text}) yet; give the masters as HOST:PORT,HOST:PORT`,
    );
  }
  const hostAndPort = masterPattern.exec(text)?.[1];
  if (hostAndPort === undefined) {
    throw new CodedError(
      "MASTER_ADDRESS_INVALID",
      `"${text}" is not the address of a master; wanted HOST:PORT, such as 127.0.0.1:5050`,
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

  current(): string {
    return this.#leader ?? (this.#urls[this.#next] as string);
  }

  redirected(location: string): void {
    const url = URL.parse(location, "http://unknown.invalid");
    if (url === null || url.hostname === "unknown.invalid" || url.protocol !== "http:") {
      throw new CodedError(
        "REDIRECT_MALFORMED",
        `the master redirects to "${location}", which is no address of a leader`,
        { location },
      );
    }
    this.#leader = url.origin;
  }

  failed(url: string): void {
    if (this.#leader !== undefined) {
      if (this.#leader === url) this.#leader = undefined;
      return;
    }
    if (this.#urls[this.#next] === url) this.#next = (this.#next + 1) % this.#urls.length;
  }
}
