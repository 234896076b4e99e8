/**
 * A front door on this machine: rules from their source and instances from discovery go to a data
 * plane, which carries the requests; what came of them goes to metrics and the access log.
 *
 *     rules source ──► keeper (parses, refuses) ──► setRules ──┐
 *                          │ which services                    ├──► data plane ──► counts, access log
 *     discovery ───────► feed ──────────────────► setServices ─┘
 */

import { networkInterfaces } from "node:os";
import type { Random } from "@tavola/base";
import {
  type Clock,
  createHttpClient,
  type Endpoint,
  type HttpClient,
  type Logger,
  makeDirectory,
  openEndpoint,
  systemClock,
  systemRandom,
} from "@tavola/host";
import { connectDiscovery, type DiscoveryClient } from "@tavola/sdk";
import { createAdminHandler } from "../api/admin-handler.ts";
import type { FrontdoorView } from "../api/frontdoor-view.ts";
import { certificatesInUse } from "../core/certificate-choice.ts";
import { ownListener } from "../core/own-listener.ts";
import { RequestCounts } from "../core/request-counts.ts";
import type { RuleSet } from "../core/routing-table.ts";
import { servicesOf } from "../core/services-of.ts";
import { readCertificateFacts } from "../plane/certificate-facts.ts";
import type { DataPlane, EndedRequest } from "../plane/data-plane.ts";
import type { PlaneOptions } from "../plane/plane-options.ts";
import type { CommitStatus } from "../rules/commit-status.ts";
import type { RulesSource } from "../rules/rule-candidate.ts";
import { RulesKeeper } from "../rules/rules-keeper.ts";
import type { RulesLocation } from "../rules/rules-location.ts";
import { AccessLog } from "./access-log.ts";
import { CertificateEnds } from "./certificate-ends.ts";
import { CertificatesWatch } from "./certificates-watch.ts";
import { type FrontdoorFlags, listOf } from "./frontdoor-flags.ts";
import { openDataPlane } from "./open-data-plane.ts";
import { openCommitStatus, openRules, rulesLocationOf } from "./open-rules.ts";
import { ServicesFeed } from "./services-feed.ts";

export interface FrontdoorOptions {
  readonly flags: FrontdoorFlags;
  readonly logger: Logger;
  /** Of this process: what `git` is given of it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: the machine's. */
  readonly clock?: Clock;
  readonly random?: Random;
  /** Default: the one that the flags name. */
  readonly openDataPlane?: (options: PlaneOptions) => Promise<DataPlane>;
}

export interface RunningFrontdoor {
  /** Of the proxy: `http://IP:PORT`, or `https://…` when there is no plain HTTP. */
  readonly url: string;
  /** All that the proxy listens at. */
  readonly urls: readonly string[];
  /** Of the status page, metrics and webhook. */
  readonly adminUrl: string;
  /** Resolves when it cannot go on; nothing makes it so yet but a bug. */
  readonly exited: Promise<{ readonly code: number; readonly reason: string }>;
  /** Runs out what runs, for at most the drain time. */
  close(): Promise<void>;
}

const limits = {
  /** How long a start waits for rules, and for who serves what, before it goes on without. */
  firstLookMs: 10_000,
  webhookBodyBytesMax: 32 * 1024 * 1024,
} as const;

/**
 * Resolves when it listens, and has rules and instances, or has waited for them for a while. Rejects with
 * a CodedError: CONFIGURATION_INVALID, CANNOT_LISTEN, what the data plane says.
 */
export async function startFrontdoor(options: FrontdoorOptions): Promise<RunningFrontdoor> {
  const { flags } = options;
  const location = rulesLocationOf(flags);
  const http = createHttpClient();
  const clock = options.clock ?? systemClock();
  const parts = { http, clock, logger: options.logger };
  const commitStatus = openCommitStatus(flags, location, parts);
  await makeDirectory(flags.work_dir);
  const daemon = new FrontdoorDaemon(options, { http, clock, location, commitStatus });
  try {
    await daemon.start();
  } catch (error) {
    await daemon.close();
    throw error;
  }
  return daemon;
}

interface DaemonParts {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly location: RulesLocation;
  readonly commitStatus: CommitStatus | undefined;
}

class FrontdoorDaemon implements RunningFrontdoor {
  readonly #options: FrontdoorOptions;
  readonly #parts: DaemonParts;
  readonly #counts = new RequestCounts();
  readonly #accessLog: AccessLog | undefined;
  readonly #discovery: DiscoveryClient;
  readonly #keeper: RulesKeeper;
  readonly #startedAt: number;
  readonly #exit = Promise.withResolvers<{ readonly code: number; readonly reason: string }>();
  #plane: DataPlane | undefined;
  #feed: ServicesFeed | undefined;
  #source: RulesSource | undefined;
  #admin: Endpoint | undefined;
  #certificates: CertificatesWatch | undefined;
  #certificateEnds: CertificateEnds | undefined;
  #isClosed = false;

  constructor(options: FrontdoorOptions, parts: DaemonParts) {
    const { flags, logger } = options;
    const { clock, http, commitStatus } = parts;
    this.#options = options;
    this.#parts = parts;
    this.#startedAt = clock.now();
    const { access_log: path, access_log_format: form } = flags;
    const format = form === "json" ? "json" : "combined";
    if (path !== undefined) this.#accessLog = new AccessLog({ path, format, clock, logger });
    this.#discovery = connectDiscovery({
      servers: flags.discovery,
      world: { clock, http, logger },
    });
    this.#keeper = new RulesKeeper({
      clock,
      logger,
      apply: (rules) => this.#applyRules(rules),
      judged: (version, verdict) => commitStatus?.tell(version, verdict),
    });
  }

  get url(): string {
    return this.urls[0] ?? "";
  }

  get urls(): readonly string[] {
    return this.#plane?.urls ?? [];
  }

  get adminUrl(): string {
    return this.#admin === undefined ? "" : urlOf(this.#admin);
  }

  get exited(): Promise<{ readonly code: number; readonly reason: string }> {
    return this.#exit.promise;
  }

  async start(): Promise<void> {
    const { flags, logger } = this.#options;
    const { clock, location } = this.#parts;
    const plane = await this.#openPlane();
    this.#plane = plane;
    await this.#openAdmin();
    const feed = new ServicesFeed({
      discovery: this.#discovery,
      clock,
      logger,
      apply: (services) => plane.setServices(services),
      isOurs: ownListener(plane.urls, machineAddresses()),
    });
    this.#feed = feed;
    const source = openRules({
      flags,
      location,
      environment: this.#options.environment,
      clock,
      sink: this.#keeper,
    });
    this.#source = source;
    await this.#watchCertificates(plane);
    const heard = feed.watch.ready.catch(() => undefined);
    await within(clock, limits.firstLookMs, Promise.all([source.looked, heard]));
    const { urls, adminUrl } = this;
    logger.info({ urls, adminUrl, rules: location.display }, "front door is up");
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#certificates?.close();
    this.#certificateEnds?.close();
    await this.#source?.close();
    this.#feed?.close();
    await this.#plane?.close({ drainMs: this.#options.flags.drain_time });
    await this.#discovery.close();
    await this.#parts.commitStatus?.close();
    await this.#admin?.close();
    await this.#accessLog?.close();
    await this.#parts.http.close();
  }

  async #watchCertificates(plane: DataPlane): Promise<void> {
    const { flags, logger } = this.#options;
    const { clock } = this.#parts;
    const paths = listOf(flags.certificates);
    const ends = new CertificateEnds({
      read: () => readCertificateFacts(paths),
      // HAProxy shows the first file of a name, whichever is the better one.
      inUse: plane.kind === "in-process" ? certificatesInUse : (all) => all,
      clock,
      logger,
    });
    this.#certificateEnds = ends;
    if (flags.https_port !== undefined) await ends.look();
    this.#certificates = new CertificatesWatch({
      paths,
      clock,
      logger,
      reload: async () => {
        await plane.reloadCertificates();
        if (flags.https_port !== undefined) await ends.look();
      },
    });
  }

  #openPlane(): Promise<DataPlane> {
    const { flags, logger, random = systemRandom() } = this.#options;
    const { clock } = this.#parts;
    const planeOptions: PlaneOptions = {
      listen: {
        ip: flags.ip,
        httpPort: flags.plain_http ? flags.port : undefined,
        httpsPort: flags.https_port,
        certificates: listOf(flags.certificates),
      },
      observer: { ended: (request) => this.#ended(request) },
      clock,
      logger,
      random,
      trustedProxies: listOf(flags.trusted_proxies),
      ...(flags.zone === undefined ? {} : { zone: flags.zone }),
    };
    return (this.#options.openDataPlane ?? ((given) => openDataPlane(flags, given)))(planeOptions);
  }

  async #openAdmin(): Promise<void> {
    const { flags, logger } = this.#options;
    this.#admin = await openEndpoint({
      ip: flags.admin_ip,
      port: flags.admin_port,
      bodyBytesMax: limits.webhookBodyBytesMax,
      logger,
      onRequest: createAdminHandler({
        view: () => this.#view(),
        look: () => this.#source?.look(),
        webhookSecret: flags.webhook_secret?.trim(),
      }),
    });
  }

  /** Instances of what the rules name are known before the rules are. */
  async #applyRules(rules: RuleSet): Promise<void> {
    const names = servicesOf(rules.rules);
    await this.#feed?.follow(names);
    await this.#plane?.setRules(rules);
    this.#counts.rulesChanged(names);
  }

  #ended(request: EndedRequest): void {
    this.#counts.record(request);
    this.#accessLog?.add(request);
  }

  #view(): FrontdoorView {
    const watch = this.#feed?.watch;
    return {
      now: this.#parts.clock.now(),
      startedAt: this.#startedAt,
      dataPlane: this.#plane?.kind ?? "none",
      urls: this.urls,
      rulesFrom: this.#parts.location.display,
      rules: this.#keeper.status,
      services: this.#feed?.services ?? new Map(),
      health: this.#plane?.health() ?? [],
      discovery: {
        servers: this.#discovery.servers,
        staleSince: watch?.staleSince,
        trouble: watch?.trouble,
      },
      certificatesTrouble: this.#certificates?.trouble,
      certificateEndTroubles: this.#certificateEnds?.troubles ?? [],
      certificatesEndAt: this.#certificateEnds?.earliestEnd,
      counts: this.#counts,
      accessLogDropped: this.#accessLog?.dropped ?? 0,
      commitStatusesTold: this.#parts.commitStatus?.told ?? 0,
    };
  }
}

function urlOf({ ip, boundPort }: Endpoint): string {
  return `http://${ip.includes(":") ? `[${ip}]` : ip}:${boundPort}`;
}

/** Resolves when it is done, or the time is over. */
async function within(clock: Clock, ms: number, done: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(ms, resolve);
  await Promise.race([done, promise]);
  timer.cancel();
}

function machineAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap(
    (all) => all?.map(({ address }) => address) ?? [],
  );
}
