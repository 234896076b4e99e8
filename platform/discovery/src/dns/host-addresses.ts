/**
 * IP addresses of the hosts that announcements name.
 *
 * An address is itself; a name is asked of the machine's resolver, and what it said is kept for a while,
 * as mesos-dns keeps what it found. Bounded: announcements are anybody's.
 */

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Instant } from "@tavola/base";
import type { Clock } from "@tavola/host";

export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

const limits = {
  namesMax: 10_000,
  foundMs: 60_000,
  missingMs: 5_000,
} as const;

type Resolve = (host: string) => Promise<readonly { address: string; family: number }[]>;

const resolveHere: Resolve = (host) => lookup(host, { all: true });

interface Found {
  readonly addresses: Promise<readonly HostAddress[]>;
  readonly until: Instant;
}

export class HostAddresses {
  readonly #clock: Clock;
  readonly #resolve: Resolve;
  readonly #found = new Map<string, Found>();

  constructor(clock: Clock, resolve: Resolve = resolveHere) {
    this.#clock = clock;
    this.#resolve = resolve;
  }

  /** None where the name has none. */
  async of(host: string): Promise<readonly HostAddress[]> {
    const family = isIP(host);
    if (family !== 0) return [{ address: host, family: family === 4 ? 4 : 6 }];
    const now = this.#clock.now();
    const known = this.#found.get(host);
    if (known !== undefined && known.until > now) return await known.addresses;
    const addresses = this.#ask(host);
    const kept = { addresses, until: (now + limits.foundMs) as Instant };
    this.#found.delete(host);
    this.#found.set(host, kept);
    if (this.#found.size > limits.namesMax) {
      this.#found.delete(this.#found.keys().next().value as string);
    }
    const found = await addresses;
    if (found.length === 0 && this.#found.get(host) === kept) {
      this.#found.set(host, { addresses, until: (now + limits.missingMs) as Instant });
    }
    return found;
  }

  async #ask(host: string): Promise<readonly HostAddress[]> {
    try {
      const found = await this.#resolve(host);
      return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
    } catch {
      // Not there, or nobody to ask: for DNS the same.
      return [];
    }
  }
}
