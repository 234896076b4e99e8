/**
 * IP addresses of the hosts that announcements name.
 *
 * An address is itself; a name is asked of the machine's resolver, and what it said is kept for a while,
 * as mesos-dns keeps what it found. Bounded: announcements are anybody's. A name that takes its time is
 * waited for only a moment, so that one of them does not hold up all instances of a service.
 */

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { type Instant, later } from "@tavola/base";
import type { Clock } from "@tavola/host";

export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

const limits = {
  namesMax: 10_000,
  foundMs: 60_000,
  missingMs: 5_000,
  /** Those who ask wait about 5 s for all of an answer. */
  waitMs: 1_000,
} as const;

type Resolve = (host: string) => Promise<readonly { address: string; family: number }[]>;

const resolveHere: Resolve = (host) => lookup(host, { all: true });

interface Found {
  readonly addresses: Promise<readonly HostAddress[]>;
  readonly until: Instant;
  /** What counts while the resolver takes its time; undefined: it is waited for. */
  meanwhile: readonly HostAddress[] | undefined;
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
    if (known !== undefined && known.until > now) return await this.#waitedFor(known, []);
    const before = known?.meanwhile ?? [];
    const found = this.#begin(host, now);
    return await this.#waitedFor(found, before);
  }

  #begin(host: string, now: Instant): Found {
    const addresses = this.#ask(host);
    const found: Found = { addresses, until: later(now, limits.foundMs), meanwhile: undefined };
    this.#found.delete(host);
    this.#found.set(host, found);
    if (this.#found.size > limits.namesMax) {
      this.#found.delete(this.#found.keys().next().value as string);
    }
    void addresses.then((told) => {
      found.meanwhile = told;
      if (told.length > 0 || this.#found.get(host) !== found) return;
      const until = later(this.#clock.now(), limits.missingMs);
      this.#found.set(host, { addresses, until, meanwhile: told });
    });
    return found;
  }

  async #waitedFor(found: Found, before: readonly HostAddress[]): Promise<readonly HostAddress[]> {
    if (found.meanwhile !== undefined) return found.meanwhile;
    const { promise: late, resolve } = Promise.withResolvers<readonly HostAddress[]>();
    const timer = this.#clock.after(limits.waitMs, () => {
      found.meanwhile ??= before;
      resolve(found.meanwhile);
    });
    const addresses = await Promise.race([found.addresses, late]);
    timer.cancel();
    return addresses;
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
