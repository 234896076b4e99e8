/**
 * The discovery client: announces, watches, and picks, over as many discovery servers as there are.
 *
 * Owns what it announced and what it watches, and learns the other servers from what is announced as
 * `discovery`: each watch asks for them as well, and only a client that watches nothing and announces
 * has a watch for them alone. So most have one long poll.
 */

import { CodedError, randomUuid } from "@tavola/base";
import { type ClientWorld, type OpenWorld, openWorld } from "../world.ts";
import type { NewAnnouncement } from "./announcement.ts";
import { InFlightLimit } from "./in-flight-limit.ts";
import { KeptAnnouncement } from "./kept-announcement.ts";
import { ServerList } from "./server-list.ts";
import { type PickerOptions, ServicePicker } from "./service-picker.ts";
import { ServiceWatch, type SubscribeOptions, serverType } from "./service-watch.ts";
import {
  type WithdrawOptions,
  type WithdrawOutcome,
  withdrawAnnouncement,
} from "./withdraw-announcement.ts";

const limits = {
  /** An announcement expires after 30 s: two renewals may be lost. */
  renewMs: 10_000,
  /** Announcements and withdrawals under way; whoever announces thousands does not open as many connections. */
  inFlightMax: 32,
} as const;

export interface DiscoveryOptions {
  /** `http://HOST:PORT` of one server or several, a list or separated by commas; the others are learned. */
  readonly servers: string | readonly string[];
  /** Nobody without it renews, changes or withdraws what is announced with it. Default: anybody may. */
  readonly key?: string;
  /** Default 10 s. */
  readonly renewMs?: number;
  /** Default true. */
  readonly learnsServers?: boolean;
  /** Asked before each announcement and renewal: while it says no none is sent. Default: always. */
  readonly mayAnnounce?: () => boolean;
  readonly world?: ClientWorld;
}

/**
 * Opens nothing until it is asked something. Throws CodedError DISCOVERY_ADDRESS_INVALID, and
 * DISCOVERY_KEY_INVALID for a key that no header can carry.
 *
 * ```ts
 * const discovery = connectDiscovery({ servers: "http://127.0.0.1:4000" });
 * const announced = discovery.announce({ serviceType: "clock", serviceUri: "http://10.0.0.7:8080" });
 * const services = discovery.subscribe();
 * await services.ready;
 * const picker = discovery.picker(services, "clock", { strategy: "roundRobin" });
 * await fetch(`${picker.pick()?.uri}/now`);
 * await discovery.close(); // withdraws what it announced
 * ```
 */
export function connectDiscovery(options: DiscoveryOptions): DiscoveryClient {
  return new DiscoveryClient(options);
}

/** Made by `connectDiscovery`. */
export class DiscoveryClient {
  readonly #options: DiscoveryOptions;
  readonly #world: OpenWorld;
  readonly #servers: ServerList;
  readonly #inFlight = new InFlightLimit(limits.inFlightMax);
  readonly #announcements = new Set<KeptAnnouncement>();
  readonly #watches = new Set<ServiceWatch>();
  readonly #closing = new AbortController();
  #serverWatch: ServiceWatch | undefined;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#servers = new ServerList(options.servers);
    if (options.key !== undefined) validateKey(options.key);
    this.#world = openWorld(options.world);
  }

  /** URLs of the servers that are known now. */
  get servers(): readonly string[] {
    return this.#servers.all;
  }

  /** Announced at once and renewed until it is withdrawn; without an id it is given one. */
  announce(announcement: NewAnnouncement): KeptAnnouncement {
    this.#learnServers();
    const id = announcement.announcementId ?? randomUuid(this.#world.random);
    const kept = new KeptAnnouncement(
      { ...announcement, announcementId: id },
      {
        servers: this.#servers,
        world: this.#world,
        inFlight: this.#inFlight,
        renewMs: this.#options.renewMs ?? limits.renewMs,
        key: this.#options.key,
        mayAnnounce: this.#options.mayAnnounce ?? (() => true),
        ended: (ended) => void this.#announcements.delete(ended),
      },
    );
    this.#announcements.add(kept);
    return kept;
  }

  /** Takes back what somebody else announced, or this process before it was started again. */
  withdraw(announcementId: string, options: WithdrawOptions = {}): Promise<WithdrawOutcome> {
    const withdrawing = {
      servers: this.#servers,
      world: this.#world,
      inFlight: this.#inFlight,
      key: this.#options.key,
      signal: this.#closing.signal,
    };
    return withdrawAnnouncement(announcementId, withdrawing, options);
  }

  /** What is announced, from now until the watch or the client is closed. */
  subscribe(options: SubscribeOptions = {}): ServiceWatch {
    const watch = this.#watch(options);
    // It hears of the servers, too.
    void this.#serverWatch?.close();
    this.#serverWatch = undefined;
    return watch;
  }

  /** Picks among the instances of `service` (`type` or `type:feature`) that `watch` knows. */
  picker(watch: ServiceWatch, service: string, options: PickerOptions = {}): ServicePicker {
    return new ServicePicker(watch, service, { ...options, random: this.#world.random });
  }

  /** `withdraws: false` leaves what was announced to whoever goes on with it. Default true. */
  async close(
    options: { readonly withdraws?: boolean; readonly patienceMs?: number } = {},
  ): Promise<void> {
    const { withdraws = true, patienceMs = 5_000 } = options;
    this.#closing.abort();
    await Promise.all(
      [...this.#announcements].map((each) =>
        withdraws ? each.withdraw({ patienceMs }) : each.letGo(),
      ),
    );
    await Promise.all([...this.#watches].map((watch) => watch.close()));
    await this.#world.close();
  }

  #watch(options: SubscribeOptions): ServiceWatch {
    const watch = new ServiceWatch({
      ...options,
      servers: this.#servers,
      world: this.#world,
      onServers:
        this.#options.learnsServers === false ? undefined : (uris) => this.#servers.learned(uris),
      onClosed: (closed) => this.#watchClosed(closed),
    });
    this.#watches.add(watch);
    return watch;
  }

  #watchClosed(watch: ServiceWatch): void {
    this.#watches.delete(watch);
    if (this.#announcements.size > 0) this.#learnServers();
  }

  /** Where no watch does it already. */
  #learnServers(): void {
    if (this.#options.learnsServers === false || this.#watches.size > 0) return;
    if (this.#closing.signal.aborted) return;
    this.#serverWatch = this.#watch({ serviceType: serverType });
  }
}

/** Else every call would fail, as if no server were there. */
function validateKey(key: string): void {
  if (/^[\x21-\x7e]+(?: +[\x21-\x7e]+)*$/.test(key)) return;
  throw new CodedError(
    "DISCOVERY_KEY_INVALID",
    "the key must be ASCII letters, digits and signs, without blanks at its ends",
  );
}
