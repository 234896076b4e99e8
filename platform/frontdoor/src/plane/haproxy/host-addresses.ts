/**
 * Where the hosts are that instances name: HAProxy resolves no names of servers that come later, so we do.
 *
 * Nobody waits long for a name server: who is not found in time is where it was last, or nowhere, and may
 * be found when asked for again. A host is asked for once, however many instances are on it.
 */

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { describeError, type Instant } from "@tavola/base";
import type { Clock, Logger } from "@tavola/host";

const limits = {
  waitMs: 1_000,
  /** So long is an answer good for whoever comes. */
  freshMs: 10_000,
  /** And that there is none. */
  lostMs: 1_000,
  /** The ones asked for longest ago are forgotten. */
  hostsMax: 10_000,
} as const;

export interface HostAddressesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** One or more; rejects when nobody knows the host. Default: the machine's own way. */
  resolve?(host: string): Promise<readonly string[]>;
}

interface Known {
  /** Undefined: it was never found. */
  readonly address: string | undefined;
  /** It was not found when it was looked for last. */
  readonly isLost: boolean;
  readonly at: Instant;
}

export class HostAddresses {
  readonly #options: HostAddressesOptions;
  readonly #known = new Map<string, Known>();
  readonly #asked = new Map<string, Promise<void>>();

  constructor(options: HostAddressesOptions) {
    this.#options = options;
  }

  /** Undefined: it is not found, or not in time. An IP address is its own. */
  async addressOf(host: string): Promise<string | undefined> {
    if (isIP(host) !== 0) return host;
    const { clock } = this.#options;
    const known = this.#known.get(host);
    const goodMs = known?.isLost === true ? limits.lostMs : limits.freshMs;
    if (known !== undefined && clock.now() - known.at < goodMs) return known.address;
    const answered = this.#ask(host);
    // Who was waited for in vain once is not waited for again.
    if (known?.isLost === true) return known.address;
    const late = Promise.withResolvers<void>();
    const timer = clock.after(limits.waitMs, () => {
      this.#learn(host, undefined, "the name server does not answer");
      late.resolve();
    });
    await Promise.race([answered, late.promise]);
    timer.cancel();
    return this.#known.get(host)?.address;
  }

  #ask(host: string): Promise<void> {
    const asked = this.#asked.get(host) ?? this.#resolve(host);
    this.#asked.set(host, asked);
    return asked;
  }

  async #resolve(host: string): Promise<void> {
    const { resolve = resolveHere } = this.#options;
    try {
      const addresses = await resolve(host);
      // Name servers that spread load say the same addresses in another order each time.
      const before = this.#known.get(host)?.address;
      const isStill = before !== undefined && addresses.includes(before);
      this.#learn(host, isStill ? before : addresses[0], undefined);
    } catch (error) {
      this.#learn(host, undefined, describeError(error));
    } finally {
      this.#asked.delete(host);
    }
  }

  #learn(host: string, address: string | undefined, problem: string | undefined): void {
    const { clock, logger } = this.#options;
    const known = this.#known.get(host);
    const isLost = address === undefined;
    // It is asked for again and again; once is enough for who reads.
    if (isLost && known?.isLost !== true) {
      logger.warn({ host, problem }, "cannot resolve an instance's name");
    }
    this.#known.delete(host);
    this.#known.set(host, { address: address ?? known?.address, isLost, at: clock.now() });
    const [eldest] = this.#known.keys();
    if (this.#known.size > limits.hostsMax) this.#known.delete(eldest as string);
  }
}

async function resolveHere(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
