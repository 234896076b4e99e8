/**
 * The data plane that is an HAProxy of ours.
 *
 * What changes often (instances, certificates, who has a rule for a while) is told to the running
 * process. What needs another configuration (rules) starts another process beside it, which takes
 * over the listening sockets; the former finishes what it has. All this happens one after the other,
 * and what is wanted is known here as a whole: a process that was killed, or that does not take a
 * change, is replaced by one that begins with what is wanted.
 *
 * In front of what HAProxy cannot do stands the in-process plane, on loopback (`compile-rules.ts` says
 * what that is); what it is handed, it decides anew.
 */

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describeError, randomUuid } from "@tavola/base";
import { noRulesYet } from "../../core/no-rules-yet.ts";
import type { RuleSet, Services } from "../../core/routing-table.ts";
import type { DataPlane, InstanceHealth } from "../data-plane.ts";
import { createInProcessPlane } from "../in-process/create-in-process-plane.ts";
import { defaultTimeouts, type PlaneOptions, type PlaneTimeouts } from "../plane-options.ts";
import { commitCertificates } from "./certificate-files.ts";
import { CertificateStore } from "./certificate-store.ts";
import { compileRules } from "./compile-rules.ts";
import { connectionsMax } from "./connections-max.ts";
import { DrivenServers } from "./driven-servers.ts";
import { type ConfigOptions, formatConfig, peerHeader } from "./format-config.ts";
import type { Generation } from "./generation.ts";
import { Generations } from "./generations.ts";
import { HeldConnections } from "./held-connections.ts";
import { formatUrls, type ListenPorts, startOnPorts } from "./listen-ports.ts";
import { Restart } from "./restart.ts";
import { toldByLog } from "./told-by-log.ts";
import { Turns } from "./turns.ts";
import { WorkFolder } from "./work-folder.ts";

export interface HaproxyPlaneOptions extends PlaneOptions {
  /** A folder of ours, for configurations and sockets; see `folderProblem` for what its path may be. */
  readonly folder: string;
  /** Default: `haproxy`, wherever the PATH has it. */
  readonly binary?: string;
  /** In which HAProxy answers a command of ours, or is ended and started again. Default: 5 s. */
  readonly answerMs?: number;
}

/** At most so often are changed instances told, all that came meanwhile together. */
const gatherMs = 25;

/** What HAProxy says when all is well. */
const asExpected =
  /^(?:New server registered|IP changed|port changed|no need to change|nothing changed)/;

/**
 * Listens when it resolves, and answers 503 until it has rules. Rejects with HAPROXY_START (with what
 * HAProxy said), HAPROXY_FOLDER, LISTEN_FAILED or CERTIFICATES_UNREADABLE.
 */
export async function createHaproxyPlane(options: HaproxyPlaneOptions): Promise<DataPlane> {
  const relay = { header: peerHeader, token: randomUuid(options.random) };
  const inner = await createInProcessPlane({
    ...options,
    listen: { ip: "127.0.0.1", httpPort: 0, httpsPort: undefined, certificates: [] },
    relay,
  });
  const plane = new HaproxyPlane(options, inner, relay.token);
  try {
    await plane.start();
  } catch (error) {
    await plane.close({ drainMs: 0 });
    throw error;
  }
  return plane;
}

class HaproxyPlane implements DataPlane {
  readonly kind = "haproxy";
  readonly #options: HaproxyPlaneOptions;
  readonly #inner: DataPlane;
  readonly #token: string;
  readonly #timeouts: PlaneTimeouts;
  readonly #traceSeed: string;
  readonly #connectionsMax: number;
  readonly #folder: WorkFolder;
  readonly #generations: Generations;
  readonly #held: HeldConnections;
  readonly #restart: Restart;
  readonly #certificates: CertificateStore;
  readonly #servers: DrivenServers;
  #listen: ListenPorts;
  #rules: RuleSet = noRulesYet("it is starting");
  #services: Services = new Map();
  /** Takes what has come until it begins. */
  #gathering: Promise<void> | undefined;
  #toldAt = 0;
  /** HAProxy does not know all that it should, and could not be replaced. */
  #isBehind = false;
  readonly #turns = new Turns();

  constructor(options: HaproxyPlaneOptions, inner: DataPlane, token: string) {
    const { clock, logger, listen, zone } = options;
    const folder = new WorkFolder(resolve(options.folder));
    this.#folder = folder;
    this.#options = options;
    this.#inner = inner;
    this.#token = token;
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts };
    this.#traceSeed = randomUuid(options.random).replaceAll("-", "").slice(0, 21);
    this.#connectionsMax = connectionsMax(readSystemLimits());
    this.#listen = listen;
    this.#generations = new Generations({
      folder,
      binary: options.binary ?? "haproxy",
      answerMs: options.answerMs,
      clock,
      configOf: (own) => this.#configOptions(own),
      handedOn: () => this.#servers.handedOn,
      began: (generation) => this.#began(generation),
      died: (generation, how) => this.#died(generation, how),
      onLine: (from, line) => this.#logged(from, line),
    });
    this.#held = new HeldConnections(logger);
    this.#restart = new Restart({
      clock,
      start: () => this.#turns.run(() => this.#startAgain()),
      failed: (error) =>
        logger.error({ error: describeError(error) }, "HAProxy cannot be started again"),
    });
    this.#certificates = new CertificateStore(
      join(folder.path, "certificates"),
      listen.certificates,
    );
    this.#servers = new DrivenServers({
      clock,
      logger,
      zone,
      timeouts: this.#timeouts,
      now: () => this.#now,
      ask: (command) => this.#now.process.runtime.ask(command),
      tell: (commands) => this.#tell(commands),
      renew: () => this.#renew(),
      later: (run) => void this.#turns.run(run).catch(() => {}),
    });
  }

  get urls(): readonly string[] {
    return formatUrls(this.#listen);
  }

  async start(): Promise<void> {
    const { listen } = this.#options;
    await this.#folder.take();
    if (listen.httpsPort !== undefined) {
      await this.#certificates.load(async () => {});
    }
    await startOnPorts(listen, async (ports) => {
      this.#listen = ports;
      await this.#replace(this.#rules);
    });
  }

  setRules(rules: RuleSet): Promise<void> {
    return this.#turns.run(async () => {
      const former = this.#rules;
      await this.#inner.setRules(rules);
      if (this.#isTheSame(rules)) return;
      try {
        await this.#replace(rules);
      } catch (error) {
        await this.#inner.setRules(former);
        throw error;
      }
    });
  }

  setServices(services: Services): Promise<void> {
    this.#services = services;
    this.#gathering ??= this.#turns.run(async () => {
      const { clock } = this.#options;
      const left = this.#toldAt + gatherMs - clock.now();
      if (left > 0) await new Promise<void>((resolve) => clock.after(left, resolve));
      // From here on whoever comes is another turn's.
      this.#gathering = undefined;
      this.#toldAt = clock.now();
      const wanted = this.#services;
      await this.#inner.setServices(wanted);
      await this.#servers.apply(wanted);
    });
    return this.#gathering;
  }

  async reloadCertificates(): Promise<void> {
    if (this.#options.listen.httpsPort === undefined) return;
    await this.#turns.run(() =>
      this.#certificates.load(async (change) => {
        const { process } = this.#now;
        if (change.after.length === change.before.length) {
          await commitCertificates(process.runtime, change);
        } else await this.#replace(this.#rules);
      }),
    );
  }

  health(): readonly InstanceHealth[] {
    const { handedOn } = this.#servers;
    const own = this.#servers.health(this.#services);
    return [
      ...own.filter(({ service }) => !handedOn.has(service)),
      ...this.#inner.health().filter(({ service }) => handedOn.has(service)),
    ];
  }

  async close({ drainMs }: { readonly drainMs: number }): Promise<void> {
    this.#restart.close();
    this.#held.finish();
    await this.#turns.close();
    this.#servers.close();
    await this.#generations.close({ drainMs });
    this.#held.close();
    await this.#inner.close({ drainMs: 0 });
  }

  /** Once it has started. */
  get #now(): Generation {
    return this.#generations.now as Generation;
  }

  /** Whether HAProxy would be told the same by these rules: then it stays, and only lines have moved. */
  #isTheSame(rules: RuleSet): boolean {
    const now = this.#now;
    if (!now.process.isRunning) return false;
    const compiled = compileRules(rules.rules);
    const placed = { ...this.#configOptions(""), servers: () => [] };
    const was = formatConfig(now.rules, now.compiled, placed);
    const is = formatConfig(rules, compiled, placed);
    if (was.text !== is.text || !isDeepStrictEqual(was.files, is.files)) return false;
    now.rules = rules;
    now.compiled = compiled;
    this.#rules = rules;
    return true;
  }

  #configOptions(folder: string): ConfigOptions {
    return {
      folder,
      certificatesFolder: this.#certificates.folder,
      timeouts: this.#timeouts,
      trustedProxies: this.#options.trustedProxies ?? [],
      zone: this.#options.zone,
      traceSeed: this.#traceSeed,
      connectionsMax: this.#connectionsMax,
      listen: this.#listen,
      handOnTo: { address: new URL(this.#inner.urls[0] as string).host, token: this.#token },
      servers: (service) => this.#servers.serversOf(service),
    };
  }

  /** Another process with these rules, and the instances that there are; the former finishes. */
  async #replace(rules: RuleSet): Promise<void> {
    await this.#certificates.restore();
    await this.#generations.replace(rules);
  }

  /** From now on it is what there is, whatever becomes of the one before. */
  #began({ rules, folder }: Generation): void {
    this.#rules = rules;
    this.#isBehind = false;
    this.#restart.succeeded();
    void this.#held.release(folder);
    this.#servers.began();
  }

  #died({ process }: Generation, how: string): void {
    this.#held.begin(this.#listen);
    this.#options.logger.error(
      { how, said: process.said },
      "HAProxy has ended; it is started again",
    );
    this.#restart.begin();
  }

  async #startAgain(): Promise<void> {
    if (this.#isBehind || !this.#now.process.isRunning) await this.#replace(this.#rules);
  }

  /** Commands after which all is as wanted: where HAProxy does not take them, another begins with it. */
  async #tell(commands: readonly string[]): Promise<void> {
    if (commands.length === 0) return;
    const { logger } = this.#options;
    try {
      const said = await this.#now.process.runtime.tell(commands);
      const wrong = said.filter((line) => !asExpected.test(line));
      if (wrong.length === 0) return;
      logger.warn({ said: wrong }, "HAProxy does not take a change; it is reloaded");
    } catch (error) {
      logger.warn({ error: describeError(error) }, "HAProxy cannot be told of a change");
    }
    await this.#renew();
  }

  /** As `#replace`, with the rules of now; it is tried again until it can be done. */
  async #renew(): Promise<void> {
    try {
      await this.#replace(this.#rules);
    } catch (error) {
      this.#isBehind = true;
      this.#restart.begin();
      throw error;
    }
  }

  #logged(from: Generation, line: string): void {
    const told = toldByLog(line, {
      rules: from.rules.rules,
      compiled: from.compiled,
      serverOf: (name) => this.#servers.serverOf(name),
    });
    if (told.kind === "words") this.#options.logger.debug({ line }, "HAProxy says");
    if (told.kind !== "request") return;
    const { server, failure, ended } = told;
    if (server !== undefined) this.#servers.answered(server, failure);
    this.#options.observer.ended(ended);
  }
}

/** Undefined where Linux is not. */
function readSystemLimits(): string | undefined {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    return undefined;
  }
}
