/**
 * A discovery server on this machine: its port, its catalogue, its place among the others.
 *
 *     listens ──► reads what is there ──► announces itself ──► answers ──► closed
 *
 * Several of them share a store and answer alike. One alone keeps its announcements in a file.
 */

import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { join } from "node:path";
import { CodedError, describeError } from "@tavola/base";
import {
  type Coordination,
  openCoordination,
  parseStoreUrl,
  type StoreUrl,
} from "@tavola/coordination";
import {
  addSystemMetrics,
  type Clock,
  createHttpClient,
  createMetrics,
  type Endpoint,
  type HttpClient,
  type HttpHandler,
  type Logger,
  makeDirectory,
  openEndpoint,
  type QuickHandler,
  systemClock,
  systemRandom,
  type Timer,
  textResponse,
} from "@tavola/host";
import type { ApiContext } from "../api/api-context.ts";
import { createDiscoveryHandler, machineHandler } from "../api/discovery-handler.ts";
import { createQuickServe, isQuick } from "../api/quick-routes.ts";
import { type Announcement, ownServiceType } from "../core/announcement.ts";
import { DnsForwarder, parseResolvers, type Upstream } from "../dns/dns-forwarder.ts";
import { type DnsServer, openDnsServer } from "../dns/dns-server.ts";
import { DnsZone } from "../dns/dns-zone.ts";
import { type HostAddress, HostAddresses } from "../dns/host-addresses.ts";
import { MastersCluster } from "./cluster-parts.ts";
import { Directory } from "./directory.ts";
import type { DiscoveryFlags } from "./discovery-flags.ts";
import { addDiscoveryMetrics } from "./discovery-metrics.ts";
import { Expiry } from "./expiry.ts";
import { OtherServers } from "./other-servers.ts";
import type { Server } from "./server-group.ts";
import { StoreLink } from "./store-link.ts";

export interface DiscoveryOptions {
  readonly flags: DiscoveryFlags;
  readonly logger: Logger;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** For the first index of a new store; default: the machine's date. */
  readonly wallNow?: () => number;
  /** Default: a port of this machine. */
  readonly openEndpoint?: typeof openEndpoint;
  /** Default: the one that the flags name. */
  readonly openStore?: () => Coordination | Promise<Coordination>;
}

export interface RunningDiscovery {
  /** Without a slash at its end. */
  readonly url: string;
  /** Where DNS is answered, UDP and TCP; undefined where it is off. */
  readonly dns: { readonly ip: string; readonly port: number } | undefined;
  /** Resolves when it must not go on. */
  readonly exited: Promise<{ readonly code: number; readonly reason: string }>;
  /** Withdraws itself, and nothing else. */
  close(): Promise<void>;
}

const limits = {
  bodyBytesMax: 1024 * 1024,
  /** Buffered for one stream of events. */
  streamBufferBytesMax: 8 * 1024 * 1024,
  tickMs: 100,
  farewellMs: 2_000,
} as const;

/** Marks the servers' own announcements: nobody shows a key of which it is the hash. */
const serversKey = "server";

/**
 * Resolves when it answers and knows what the store holds. Rejects with a CodedError: CANNOT_LISTEN,
 * CONFIGURATION_INVALID, what the store says.
 */
export async function startDiscovery(options: DiscoveryOptions): Promise<RunningDiscovery> {
  const { flags, logger } = options;
  const store = storeUrl(flags);
  const cluster = clusterOf(options);
  resolversOf(flags);
  if (options.openStore === undefined) await makeDirectory(flags.work_dir);
  let serve: HttpHandler = () => textResponse(503, "The discovery server is starting");
  let serveQuickly: QuickHandler["serve"] = () => false;
  const endpoint = await (options.openEndpoint ?? openEndpoint)({
    ip: flags.ip,
    port: flags.port,
    onRequest: (request) => serve(request),
    quick: { takes: isQuick, serve: (exchange) => serveQuickly(exchange) },
    bodyBytesMax: limits.bodyBytesMax,
    streamBufferBytesMax: limits.streamBufferBytesMax,
    logger,
  });
  const daemon = new DiscoveryDaemon(options, { store, endpoint, cluster });
  try {
    await daemon.start();
  } catch (error) {
    await daemon.close();
    throw error;
  }
  ({ serve, serveQuickly } = daemon.handlers());
  logger.info({ url: daemon.url, dns: daemon.dns }, "discovery is up");
  return daemon;
}

function storeUrl(flags: DiscoveryFlags): StoreUrl {
  const text = flags.store ?? `sqlite://${join(flags.work_dir, "discovery.db")}`;
  const { value, error } = parseStoreUrl(text);
  if (error === undefined) return value;
  throw new CodedError("CONFIGURATION_INVALID", `--store: ${error}`);
}

/** Undefined where no master was named. */
function clusterOf({ flags, logger, clock }: DiscoveryOptions): MastersCluster | undefined {
  if (flags.master === undefined) return undefined;
  try {
    return new MastersCluster({ masters: flags.master, clock: clock ?? systemClock(), logger });
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw new CodedError("CONFIGURATION_INVALID", `--master: ${error.message}`);
  }
}

interface Parts {
  readonly store: StoreUrl;
  readonly endpoint: Endpoint;
  readonly cluster: MastersCluster | undefined;
}

class DiscoveryDaemon implements RunningDiscovery {
  readonly url: string;
  readonly #options: DiscoveryOptions;
  readonly #endpoint: Endpoint;
  readonly #cluster: MastersCluster | undefined;
  readonly #clock: Clock;
  readonly #http: HttpClient = createHttpClient({ bodyBytesMax: limits.bodyBytesMax });
  readonly #metrics = createMetrics();
  readonly #directory: Directory;
  readonly #link: StoreLink;
  readonly #others: OtherServers;
  readonly #expiry: Expiry;
  readonly #own: Announcement;
  readonly #exit = Promise.withResolvers<{ readonly code: number; readonly reason: string }>();
  readonly #zone: DnsZone;
  readonly #forwarder: DnsForwarder;
  #dns: DnsServer | undefined;
  #tick: Timer | undefined;
  #isAnnouncing = false;
  #isClosed = false;

  constructor(options: DiscoveryOptions, { store, endpoint, cluster }: Parts) {
    const { flags, logger, wallNow = Date.now } = options;
    this.#options = options;
    this.#endpoint = endpoint;
    this.#cluster = cluster;
    this.#clock = options.clock ?? systemClock();
    const host = flags.hostname ?? endpoint.ip;
    this.url = `http://${host.includes(":") ? `[${host}]` : host}:${endpoint.port}`;
    this.#own = ownAnnouncement(this.url);
    this.#directory = new Directory({ clock: this.#clock, leaseMs: flags.lease });
    this.#link = new StoreLink({
      openStore: () => this.#openStore(store),
      path: `${store.path === "/" ? "" : store.path}/discovery`,
      url: this.url,
      directory: this.#directory,
      limits: {
        announcementsMax: flags.announcements_max,
        announcementsPerTypeMax: flags.announcements_per_type_max,
      },
      clock: this.#clock,
      wallNow,
      logger,
      metrics: this.#metrics,
      onServers: (servers) => this.#serversChanged(servers),
      onFresh: () => this.#fresh(),
    });
    this.#others = new OtherServers({
      directory: this.#directory,
      link: this.#link,
      http: this.#http,
      clock: this.#clock,
      metrics: this.#metrics,
    });
    this.#expiry = new Expiry({
      directory: this.#directory,
      link: this.#link,
      http: this.#http,
      clock: this.#clock,
      leaseMs: flags.lease,
      logger,
      metrics: this.#metrics,
      ownId: this.#own.id,
    });
    const random = systemRandom();
    this.#zone = new DnsZone({
      catalogue: this.#directory.catalogue,
      addresses: new HostAddresses(this.#clock),
      domain: flags.dns_domain.toLowerCase(),
      defaultFramework: flags.dns_framework,
      ownAddresses: ownAddresses(flags.dns_ip ?? flags.ip, endpoint.ip),
      cluster,
    });
    this.#forwarder = new DnsForwarder(resolversOf(flags), random);
    this.#directory.onChanged = (changes, missed) => {
      this.#zone.changed(changes);
      this.#changed(missed);
    };
    addSystemMetrics(this.#metrics);
    addDiscoveryMetrics(this.#metrics, {
      directory: this.#directory,
      link: this.#link,
      clock: this.#clock,
    });
  }

  get dns(): { readonly ip: string; readonly port: number } | undefined {
    return this.#dns === undefined ? undefined : { ip: this.#dns.ip, port: this.#dns.port };
  }

  get exited(): Promise<{ readonly code: number; readonly reason: string }> {
    return this.#exit.promise;
  }

  /** Resolves when it knows what there is, itself included. */
  async start(): Promise<void> {
    await this.#link.start();
    await this.#link.submit({ kind: "announce", announcement: this.#own });
    this.#tick = this.#clock.after(limits.tickMs, () => this.#ticked());
    if (this.#options.flags.dns_port !== undefined) this.#dns = await this.#openDns();
  }

  /** They answer what comes to its port. */
  handlers(): { readonly serve: HttpHandler; readonly serveQuickly: QuickHandler["serve"] } {
    const { flags, logger } = this.#options;
    const context: ApiContext = {
      directory: this.#directory,
      link: this.#link,
      clock: this.#clock,
      logger,
      metrics: this.#metrics,
      url: this.url,
      watchTimeoutMs: flags.watch_timeout,
      watchersMax: flags.watchers_max,
      others: this.#others,
      mesosDns: {
        zone: this.#zone,
        ttlSeconds: flags.dns_ttl,
        dnsAddress: this.dns,
        httpAddress: { ip: this.#endpoint.ip, port: this.#endpoint.port },
        resolvers: flags.dns_resolvers?.split(",") ?? [],
        masters: this.#cluster?.description,
      },
    };
    return {
      serve: createDiscoveryHandler(context, machineHandler(context)),
      serveQuickly: createQuickServe(context),
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#directory.close();
    if (this.#link.isThere) await this.#withdrawOwn();
    this.#tick?.cancel();
    await this.#link.close();
    await this.#dns?.close();
    await this.#endpoint.close();
    await this.#http.close();
    await this.#cluster?.close();
  }

  /** Unless the store takes too long: then the others see that this server is gone. */
  async #withdrawOwn(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.after(limits.farewellMs, resolve);
    const call = { kind: "withdraw", id: this.#own.id, owner: serversKey } as const;
    await Promise.race([this.#submit(call), late]);
    timer.cancel();
  }

  #openStore(store: StoreUrl): Coordination | Promise<Coordination> {
    const { openStore, flags, logger } = this.#options;
    if (openStore !== undefined) return openStore();
    const sessionTimeoutMs = flags.store_session_timeout;
    return openCoordination(store, { sessionTimeoutMs, logger, metrics: this.#metrics });
  }

  #openDns(): Promise<DnsServer> {
    const { flags, logger } = this.#options;
    return openDnsServer({
      ip: flags.dns_ip ?? flags.ip,
      port: flags.dns_port ?? 0,
      zone: this.#zone,
      forwarder: this.#forwarder,
      random: systemRandom(),
      ttlSeconds: flags.dns_ttl,
      recursionAvailable: this.#forwarder.isOn,
      logger,
      metrics: this.#metrics,
    });
  }

  #ticked(): void {
    const now = this.#clock.now();
    this.#directory.watchers.timePassed(now);
    this.#link.timePassed(now);
    this.#expiry.timePassed(now);
    this.#tick = this.#clock.after(limits.tickMs, () => this.#ticked());
  }

  /** What others have heard of is not known until they were asked; see `Leases`. */
  #serversChanged(servers: readonly Server[]): void {
    this.#directory.leases.allRenewed(this.#clock.now());
    this.#options.logger.info({ servers: servers.map(({ url }) => url) }, "servers of discovery");
    this.#withdrawGone(servers);
  }

  #fresh(): void {
    this.#directory.leases.allRenewed(this.#clock.now());
    this.#directory.watchers.caughtUp();
    this.#changed([]);
  }

  /** `missed`: expired by another server, which had not heard what this one has. */
  #changed(missed: readonly Announcement[]): void {
    for (const announcement of missed) this.#submit({ kind: "announce", announcement });
    const { catalogue } = this.#directory;
    if (this.#isAnnouncing || catalogue.get(this.#own.id) !== undefined) return;
    if (this.#link.name === undefined || this.#isClosed) return;
    this.#isAnnouncing = true;
    void this.#submit({ kind: "announce", announcement: this.#own }).finally(() => {
      this.#isAnnouncing = false;
    });
  }

  /** The eldest server withdraws those that are gone: who calls them would only wait. */
  #withdrawGone(servers: readonly Server[]): void {
    if (servers[0]?.name !== this.#link.name) return;
    const urls = new Set(servers.map(({ url }) => url));
    for (const { id, json } of this.#directory.catalogue.ofType(ownServiceType)) {
      const { serviceUri } = JSON.parse(json) as { serviceUri?: string };
      if (serviceUri !== undefined && urls.has(serviceUri)) continue;
      void this.#submit({ kind: "withdraw", id, owner: serversKey });
    }
  }

  /** What fails now is done again when the store is back, or by another server. */
  async #submit(call: Parameters<StoreLink["submit"]>[0]): Promise<void> {
    try {
      await this.#link.submit(call);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#options.logger.warn({ call: call.kind, error: describeError(error) }, "put off");
    }
  }
}

/** CONFIGURATION_INVALID where they are none. */
function resolversOf({ dns_resolvers: text }: DiscoveryFlags): readonly Upstream[] {
  if (text === undefined) return [];
  const { value, error } = parseResolvers(text);
  if (error === undefined) return value;
  throw new CodedError("CONFIGURATION_INVALID", `--dns_resolvers: ${error}`);
}

/** Of the name that SOA and NS records give; `advertised` where it listens on all addresses. */
function ownAddresses(listening: string, advertised: string): readonly HostAddress[] {
  const isAny = listening === "0.0.0.0" || listening === "::";
  const address = isAny ? advertised : listening;
  const family = isIP(address);
  return family === 0 ? [] : [{ address, family: family === 6 ? 6 : 4 }];
}

/** The same after a restart, so that nobody sees two of one server. */
function ownAnnouncement(url: string): Announcement {
  const digits = createHash("sha256").update(`tavola discovery ${url}`).digest("hex");
  const id = `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
  const members = { announcementId: id, serviceType: ownServiceType, serviceUri: url };
  return {
    id,
    serviceType: ownServiceType,
    feature: undefined,
    json: JSON.stringify(members),
    owner: serversKey,
  };
}
