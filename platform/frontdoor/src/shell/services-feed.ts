/**
 * Tells the data plane who serves what: the services that rules name, as discovery has them.
 *
 * One telling at a time; what changes meanwhile goes into the next. While no discovery server answers,
 * what was known stays. When all at once everything that was announced is gone, that is a discovery
 * that was built anew more likely than the end of every service: what was known stays for as long as
 * it takes services to announce themselves again.
 */

import { describeError } from "@tavola/base";
import type { Clock, Logger, Timer } from "@tavola/host";
import {
  type Announcement,
  type CatalogueChange,
  type DiscoveryClient,
  type ServiceWatch,
  weightOf,
  zoneOf,
} from "@tavola/sdk";
import { instancesOf, isSameServices } from "../core/instances-of.ts";
import type { Instance, Services } from "../core/routing-table.ts";
import type { ServiceName } from "../core/rule.ts";

export interface ServicesFeedOptions {
  readonly discovery: DiscoveryClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly apply: (services: Services) => Promise<void>;
  /** Whether a URI leads to this front door; nothing is sent there. */
  readonly isOurs: (uri: string) => boolean;
}

const limits = {
  /** Announcements are renewed every 10 s. */
  rebuiltGraceMs: 15_000,
  /**
   * A service that no rule names any more: a data plane may have connections whose next request still
   * goes by the former rules.
   */
  lingerMs: 30_000,
  /** A data plane that takes nothing is tried again after this. */
  retryMs: 1000,
} as const;

const ofDiscovery = "discovery";

export class ServicesFeed {
  readonly #options: ServicesFeedOptions;
  readonly #watch: ServiceWatch;
  #names: ReadonlySet<ServiceName> = new Set();
  /** No longer named, and not yet forgotten. */
  readonly #lingering = new Map<ServiceName, Timer>();
  #told: Services = new Map();
  /** By the list that discovery's client gives, which is the same as long as nothing changes. */
  readonly #known = new WeakMap<readonly Announcement[], readonly Instance[]>();
  #telling: Promise<void> | undefined;
  #isDue = false;
  #isClosed = false;
  #grace: Timer | undefined;
  #retry: Timer | undefined;

  constructor(options: ServicesFeedOptions) {
    this.#options = options;
    this.#watch = options.discovery.subscribe({ onChange: (change) => this.#changed(change) });
  }

  /** What the data plane goes by, of the services that rules name. */
  get services(): Services {
    return new Map([...this.#told].filter(([service]) => this.#names.has(service)));
  }

  get watch(): ServiceWatch {
    return this.#watch;
  }

  /** Rules name these services now, or will. Resolves when the data plane knows of them. */
  async follow(names: ReadonlySet<ServiceName>): Promise<void> {
    for (const name of this.#names.difference(names)) this.#linger(name);
    for (const name of names) {
      this.#lingering.get(name)?.cancel();
      this.#lingering.delete(name);
    }
    this.#names = names;
    await this.#tell();
  }

  #linger(name: ServiceName): void {
    const timer = this.#options.clock.after(limits.lingerMs, () => {
      this.#lingering.delete(name);
      void this.#tell();
    });
    this.#lingering.set(name, timer);
  }

  /** The discovery client is its owner's to close. */
  close(): void {
    this.#isClosed = true;
    this.#grace?.cancel();
    this.#retry?.cancel();
    for (const timer of this.#lingering.values()) timer.cancel();
  }

  #changed({ removed }: CatalogueChange): void {
    if (this.#isClosed) return;
    const isRebuilt = removed.length > 1 && !this.#hasServices();
    if (isRebuilt && this.#grace === undefined) {
      const { clock, logger } = this.#options;
      logger.warn(
        { gone: removed.length },
        "nothing is announced any more; what was known stays a while",
      );
      this.#grace = clock.after(limits.rebuiltGraceMs, () => {
        this.#grace = undefined;
        void this.#tell();
      });
    }
    void this.#tell();
  }

  #hasServices(): boolean {
    return this.#watch.all().some(({ serviceType }) => serviceType !== ofDiscovery);
  }

  /** Resolves when the data plane knows what is known now, or has refused it. */
  #tell(): Promise<void> {
    this.#isDue = true;
    this.#telling ??= this.#tellAll();
    return this.#telling;
  }

  async #tellAll(): Promise<void> {
    this.#retry?.cancel();
    try {
      while (this.#isDue && !this.#isClosed) {
        this.#isDue = false;
        await this.#tellOnce();
      }
    } catch (error) {
      const { clock, logger } = this.#options;
      logger.error({ error: describeError(error as Error) }, "the data plane takes no services");
      this.#retry = clock.after(limits.retryMs, () => void this.#tell());
    } finally {
      this.#telling = undefined;
    }
  }

  async #tellOnce(): Promise<void> {
    const names = new Set([...this.#names, ...this.#lingering.keys()]);
    const now = new Map([...names].map((name) => [name, this.#instancesOf(name)]));
    const services = this.#grace === undefined ? now : this.#withKept(now);
    if (isSameServices(services, this.#told)) return;
    await this.#options.apply(services);
    this.#told = services;
  }

  /** PERF: what did not change is not looked at again; 100 instances a second may come and go. */
  #instancesOf(service: ServiceName): readonly Instance[] {
    const announced = this.#watch.find(service);
    let instances = this.#known.get(announced);
    if (instances === undefined) {
      instances = instancesOf(
        announced.map((announcement) => ({
          id: announcement.announcementId,
          uri: announcement.serviceUri,
          weight: weightOf(announcement),
          zone: zoneOf(announcement),
        })),
      ).filter((instance) => !this.#leadsHere(service, instance));
      this.#known.set(announced, instances);
    }
    return instances;
  }

  #leadsHere(service: ServiceName, { id, uri }: Instance): boolean {
    const { isOurs, logger } = this.#options;
    if (!isOurs(uri)) return false;
    logger.warn(
      { service, id, uri },
      "an announcement leads back to this front door; it gets no requests",
    );
    return true;
  }

  /** Services with nobody keep who was known. */
  #withKept(now: Services): Services {
    return new Map(
      [...now].map(([service, instances]) => [
        service,
        instances.length > 0 ? instances : (this.#told.get(service) ?? []),
      ]),
    );
  }
}
