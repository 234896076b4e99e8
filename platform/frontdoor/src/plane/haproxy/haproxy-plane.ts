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

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { CodedError, describeError, randomUuid } from "@tavola/base";
import type { Timer } from "@tavola/host";
import { noRulesYet } from "../../core/no-rules-yet.ts";
import type { Instance, RuleSet, Services } from "../../core/routing-table.ts";
import type { ServiceName } from "../../core/rule.ts";
import type { DataPlane, InstanceHealth } from "../data-plane.ts";
import { createInProcessPlane } from "../in-process/create-in-process-plane.ts";
import { defaultTimeouts, type PlaneOptions, type PlaneTimeouts } from "../plane-options.ts";
import {
  type Certificate,
  commitCertificates,
  readCertificates,
  writeCertificates,
} from "./certificate-files.ts";
import { compileRules } from "./compile-rules.ts";
import type { CompiledRules } from "./compiled-rules.ts";
import { endedRequest, isInstanceFailure } from "./ended-request.ts";
import { type ConfigOptions, formatConfig, peerHeader } from "./format-config.ts";
import { backendNames, rulesMap } from "./format-frontend.ts";
import { freePort } from "./free-port.ts";
import { type Generation, startGeneration } from "./generation.ts";
import { handedOnCommands } from "./handed-on-rules.ts";
import type { HaproxyProcess } from "./haproxy-process.ts";
import { parseLogLine } from "./log-line.ts";
import { askHaproxy, tellHaproxy } from "./runtime-socket.ts";
import { areSameInstances } from "./same-instances.ts";
import { addCommands, changesOf, isReusable, reuseCommands, type Server } from "./server-book.ts";
import { ServerDrain } from "./server-drain.ts";
import { ServerHealth } from "./server-health.ts";
import { ServerNames } from "./server-names.ts";

export interface HaproxyPlaneOptions extends PlaneOptions {
  /** A folder of ours, for configurations and sockets; its path has no spaces and quotes. */
  readonly folder: string;
  /** Default: `haproxy`, wherever the PATH has it. */
  readonly binary?: string;
}

/** At most so often are changed instances told, all that came meanwhile together. */
const gatherMs = 25;

/** What HAProxy says when all is well. */
const asExpected =
  /^(?:New server registered|IP changed|port changed|no need to change|nothing changed)/;

const limits = {
  /** Processes that finish what they have; the eldest is ended when there are more. */
  finishingMax: 8,
  /** Of tries to find ports that nobody else takes in between. */
  portTries: 5,
  restartMsMin: 50,
  restartMsMax: 5_000,
  healthFreshMs: 1_000,
} as const;

/**
 * Listens when it resolves, and answers 503 until it has rules. Rejects with HAPROXY_START (with what
 * HAProxy said), LISTEN_FAILED or CERTIFICATES_UNREADABLE.
 */
export async function createHaproxyPlane(options: HaproxyPlaneOptions): Promise<DataPlane> {
  if (!/^\/[\w./@+-]+$/.test(options.folder)) {
    const problem = "cannot work in this folder: its path has signs that HAProxy cannot take";
    throw new CodedError("HAPROXY_FOLDER", problem, { folder: options.folder });
  }
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
  readonly #names: ServerNames;
  readonly #health: ServerHealth;
  readonly #drain: ServerDrain;
  #listen: { ip: string; httpPort: number | undefined; httpsPort: number | undefined };
  #rules: RuleSet = noRulesYet("it is starting");
  #services: Services = new Map();
  /** Takes what has come until it begins. */
  #gathering: Promise<void> | undefined;
  #toldAt = 0;
  /** What `#servers` was made of. */
  #applied: Services = new Map();
  readonly #servers = new Map<ServiceName, ReadonlyMap<string, Server>>();
  /** By name, also of those that are gone, as long as their last requests may be logged. */
  readonly #everyServer = new Map<string, Server>();
  readonly #handedOn = new Set<ServiceName>();
  #certificates: readonly Certificate[] = [];
  #generations = 0;
  #now: Generation | undefined;
  /** It ends because another takes its place. */
  #replaced: Generation | undefined;
  readonly #finishing: HaproxyProcess[] = [];
  #turn: Promise<void> = Promise.resolve();
  #isClosing = false;
  #restartMs = limits.restartMsMin as number;
  #restart: Timer | undefined;
  readonly #ejections = new Set<Timer>();
  #healthAt: number | undefined;

  constructor(options: HaproxyPlaneOptions, inner: DataPlane, token: string) {
    this.#options = options;
    this.#inner = inner;
    this.#token = token;
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts };
    this.#traceSeed = randomUuid(options.random).replaceAll("-", "").slice(0, 21);
    const { ip, httpPort, httpsPort } = options.listen;
    this.#listen = { ip, httpPort, httpsPort };
    this.#names = new ServerNames({ logger: options.logger, zone: options.zone });
    this.#health = new ServerHealth(options.clock);
    this.#drain = new ServerDrain({
      clock: options.clock,
      drainMs: this.#timeouts.drainMs,
      ask: (command) => this.#ask(command),
      drained: (server, backends) => this.#drained(server, backends),
    });
  }

  get urls(): readonly string[] {
    const { ip, httpPort, httpsPort } = this.#listen;
    const host = ip.includes(":") ? `[${ip}]` : ip;
    return [
      ...(httpPort === undefined ? [] : [`http://${host}:${httpPort}`]),
      ...(httpsPort === undefined ? [] : [`https://${host}:${httpsPort}`]),
    ];
  }

  async start(): Promise<void> {
    const { listen, folder } = this.#options;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (listen.httpsPort !== undefined) {
      this.#certificates = await readCertificates(listen.certificates);
      await writeCertificates(this.#certificatesFolder, this.#certificates);
    }
    for (let tries = 1; ; tries += 1) {
      this.#listen = {
        ip: listen.ip,
        httpPort: listen.httpPort === 0 ? await freePort(listen.ip) : listen.httpPort,
        httpsPort: listen.httpsPort === 0 ? await freePort(listen.ip) : listen.httpsPort,
      };
      try {
        return await this.#replace(this.#rules);
      } catch (error) {
        const isTaken =
          error instanceof CodedError && String(error.details["said"]).includes("bind");
        const mayTryAgain = listen.httpPort === 0 || listen.httpsPort === 0;
        if (!isTaken) throw error;
        if (mayTryAgain && tries < limits.portTries) continue;
        throw new CodedError("LISTEN_FAILED", "cannot listen", { ...listen }, { cause: error });
      }
    }
  }

  setRules(rules: RuleSet): Promise<void> {
    return this.#inTurn(async () => {
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
    this.#gathering ??= this.#inTurn(async () => {
      const { clock } = this.#options;
      const left = this.#toldAt + gatherMs - clock.now();
      if (left > 0) await new Promise<void>((resolve) => clock.after(left, resolve));
      // From here on whoever comes is another turn's.
      this.#gathering = undefined;
      this.#toldAt = clock.now();
      const wanted = this.#services;
      await this.#inner.setServices(wanted);
      await this.#applyServices(wanted);
    });
    return this.#gathering;
  }

  reloadCertificates(): Promise<void> {
    return this.#inTurn(async () => {
      const { listen } = this.#options;
      if (listen.httpsPort === undefined) return;
      const certificates = await readCertificates(listen.certificates);
      const before = this.#certificates;
      await writeCertificates(this.#certificatesFolder, certificates);
      this.#certificates = certificates;
      try {
        if (certificates.length === before.length) {
          const { socketPath } = (this.#now as Generation).process;
          const folder = this.#certificatesFolder;
          await commitCertificates(socketPath, { folder, before, after: certificates });
        } else await this.#replace(this.#rules);
      } catch (error) {
        await writeCertificates(this.#certificatesFolder, before);
        this.#certificates = before;
        throw error;
      }
    });
  }

  health(): readonly InstanceHealth[] {
    this.#refreshHealth();
    const { slowStartMs } = this.#timeouts;
    const all: InstanceHealth[] = [];
    for (const [service, servers] of this.#servers) {
      const known = new Set<Instance>();
      for (const server of servers.values()) {
        known.add(server.instance);
        all.push({ service, instance: server.instance, ...this.#health.of(server, slowStartMs) });
      }
      for (const instance of this.#services.get(service) ?? []) {
        if (known.has(instance)) continue;
        const reason = "its URI leads nowhere";
        all.push({ service, instance, state: "ejected", reason, active: 0 });
      }
    }
    for (const server of this.#drain.servers) {
      const { service, instance } = server;
      const { active } = this.#health.of(server, slowStartMs);
      all.push({ service, instance, state: "draining", active });
    }
    return all;
  }

  async close({ drainMs }: { readonly drainMs: number }): Promise<void> {
    this.#isClosing = true;
    this.#restart?.cancel();
    for (const timer of this.#ejections) timer.cancel();
    await this.#turn;
    this.#drain.clear();
    const all = [...this.#finishing, ...(this.#now === undefined ? [] : [this.#now.process])];
    for (const each of all) each.finish();
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      timer = this.#options.clock.after(drainMs, resolve);
    });
    await Promise.race([Promise.all(all.map(({ ended }) => ended)), late]);
    timer?.cancel();
    await Promise.all(all.map((each) => each.kill()));
    await this.#inner.close({ drainMs: 0 });
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  /** One thing after the other, whatever became of the one before. */
  #inTurn(run: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(async () => {
      if (this.#isClosing)
        throw new CodedError("PLANE_CLOSED", "cannot change a closed data plane");
      await run();
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Whether HAProxy would be told the same by these rules: then it stays, and only lines have moved. */
  #isTheSame(rules: RuleSet): boolean {
    const now = this.#now;
    if (now?.process.isRunning !== true) return false;
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
      certificatesFolder: this.#certificatesFolder,
      timeouts: this.#timeouts,
      trustedProxies: this.#options.trustedProxies ?? [],
      zone: this.#options.zone,
      traceSeed: this.#traceSeed,
      listen: this.#listen,
      handOnTo: { address: new URL(this.#inner.urls[0] as string).host, token: this.#token },
      servers: (service) => [...(this.#servers.get(service)?.values() ?? [])],
    };
  }

  /** Another process with these rules, and the instances that there are; the former finishes. */
  async #replace(rules: RuleSet): Promise<void> {
    const compiled = compileRules(rules.rules);
    this.#generations += 1;
    const folder = join(this.#options.folder, String(this.#generations));
    const before = this.#now;
    this.#replaced = before;
    let generation: Generation;
    try {
      generation = await startGeneration({
        rules,
        compiled,
        config: this.#configOptions(folder),
        binary: this.#options.binary ?? "haproxy",
        before: before?.process,
        onLine: (from, line) => this.#logged(from, line),
      });
    } catch (error) {
      this.#replaced = undefined;
      if (before?.process.isRunning === false)
        this.#ended(before, "it gave way to one that failed");
      throw error;
    }
    this.#now = generation;
    this.#rules = rules;
    this.#drain.clear();
    this.#names.forgetFree();
    await this.#switchHandedOn(this.#handedOn);
    await this.#repeatEjections();
    void generation.process.ended.then((how) => this.#ended(generation, how));
    if (before !== undefined) await this.#finish(before);
    this.#restartMs = limits.restartMsMin;
  }

  async #finish({ process, folder }: Generation): Promise<void> {
    this.#finishing.push(process);
    process.finish();
    if (this.#finishing.length > limits.finishingMax) await this.#finishing[0]?.kill();
    await rm(folder, { recursive: true, force: true });
  }

  #ended(generation: Generation, how: string): void {
    const at = this.#finishing.indexOf(generation.process);
    if (at >= 0) this.#finishing.splice(at, 1);
    generation.log.finish();
    if (this.#isClosing || generation !== this.#now || generation === this.#replaced) return;
    const { said } = generation.process;
    this.#options.logger.error({ how, said }, "HAProxy has ended; it is started again");
    void this.#inTurn(() => this.#startAgain()).catch(() => {});
  }

  async #startAgain(): Promise<void> {
    if (this.#now?.process.isRunning === true) return;
    const wait = this.#restartMs;
    try {
      await this.#replace(this.#rules);
    } catch (error) {
      this.#options.logger.error(
        { error: describeError(error) },
        "HAProxy cannot be started again",
      );
      this.#restartMs = Math.min(limits.restartMsMax, wait * 2);
      if (this.#isClosing) return;
      this.#restart = this.#options.clock.after(wait, () => {
        void this.#inTurn(() => this.#startAgain()).catch(() => {});
      });
    }
  }

  async #ask(command: string): Promise<string> {
    return this.#now === undefined ? "" : askHaproxy(this.#now.process.socketPath, command);
  }

  #drained(server: Server, backends: readonly string[]): void {
    if (isReusable(server) && this.#names.free(server)) return;
    void this.#inTurn(async () => {
      await this.#tell(backends.map((backend) => `del server ${backend}/${server.name}`));
    }).catch(() => {});
  }

  /** Rejects when HAProxy is away, or says what it should not. */
  async #tell(commands: readonly string[]): Promise<readonly string[]> {
    if (commands.length === 0 || this.#now === undefined) return [];
    return tellHaproxy(this.#now.process.socketPath, commands);
  }

  /** As `#tell`, of commands after which all must be as wanted: else another process begins with it. */
  async #must(commands: readonly string[]): Promise<void> {
    if (commands.length === 0) return;
    try {
      const said = await this.#tell(commands);
      const wrong = said.filter((line) => !asExpected.test(line));
      if (wrong.length === 0) return;
      this.#options.logger.warn({ said: wrong }, "HAProxy does not take a change; it is reloaded");
    } catch (error) {
      this.#options.logger.warn(
        { error: describeError(error) },
        "HAProxy cannot be told of a change",
      );
    }
    await this.#replace(this.#rules);
  }

  async #applyServices(services: Services): Promise<void> {
    const commands: string[] = [];
    const removals: { readonly server: Server; readonly backends: readonly string[] }[] = [];
    const handedOn = new Set<ServiceName>();
    const backends = this.#backendsByService();
    const all = new Set([...this.#servers.keys(), ...services.keys()]);
    for (const service of all) {
      const before = this.#servers.get(service) ?? new Map<string, Server>();
      if (areSameInstances(this.#applied.get(service), services.get(service))) {
        if (this.#handedOn.has(service)) handedOn.add(service);
        continue;
      }
      const named = await this.#names.serversOf(service, services.get(service) ?? []);
      if (named.isHandedOn) handedOn.add(service);
      const { added, removed, reweighted } = changesOf(before, named.servers);
      for (const backend of backends.get(service) ?? []) {
        for (const server of added) {
          const isReused = this.#names.isReused(server);
          if (isReused) commands.push(...reuseCommands(backend, server));
          else commands.push(...addCommands(backend, server, this.#timeouts));
        }
        for (const { name, weight } of reweighted) {
          commands.push(`set server ${backend}/${name} weight ${weight}`);
        }
        for (const server of removed) {
          commands.push(`set server ${backend}/${server.name} state maint`);
        }
      }
      const own = backends.get(service) ?? [];
      removals.push(...removed.map((server) => ({ server, backends: own })));
      for (const server of added) {
        this.#health.added(server);
        this.#everyServer.set(server.name, server);
      }
      for (const server of removed) {
        this.#health.removed(server);
        this.#forgetLater(server);
      }
      if (services.has(service)) this.#servers.set(service, named.servers);
      else this.#servers.delete(service);
    }
    this.#applied = services;
    const { socketPath } = (this.#now as Generation).process;
    const isChanged = [...handedOn].join() !== [...this.#handedOn].join();
    this.#handedOn.clear();
    for (const service of handedOn) this.#handedOn.add(service);
    await this.#must(commands);
    if (isChanged) await this.#switchHandedOn(this.#handedOn);
    if (socketPath === this.#now?.process.socketPath) {
      for (const { backends: own, server } of removals) this.#drain.add(server, own);
    }
    this.#names.keepOnly(new Set([...this.#servers.values()].flatMap((each) => [...each.keys()])));
  }

  #forgetLater(server: Server): void {
    const { name } = server;
    const timer = this.#options.clock.after(2 * this.#timeouts.drainMs, () => {
      this.#ejections.delete(timer);
      if (this.#everyServer.get(name) === server) this.#everyServer.delete(name);
    });
    this.#ejections.add(timer);
  }

  #backendsByService(): ReadonlyMap<ServiceName, readonly string[]> {
    return Map.groupBy(this.#now?.compiled.serviceBackends ?? [], ({ service }) => service)
      .entries()
      .reduce(
        (all, [service, found]) =>
          all.set(
            service,
            found.map(({ name }) => name),
          ),
        new Map<ServiceName, readonly string[]>(),
      );
  }

  /** Rules of these services are the in-process plane's, and those of the others HAProxy's. */
  async #switchHandedOn(services: ReadonlySet<ServiceName>): Promise<void> {
    if (services.size === 0 && !this.#wasSwitched) return;
    const { compiled, folder, rules } = this.#now as Generation;
    this.#wasSwitched = services.size > 0;
    const map = join(folder, rulesMap);
    await this.#tell(handedOnCommands(map, { rules: rules.rules, compiled, services }));
  }
  #wasSwitched = false;

  get #certificatesFolder(): string {
    return join(this.#options.folder, "certificates");
  }

  #logged(generation: Generation, line: string): void {
    const logged = parseLogLine(line);
    if (logged === undefined) {
      this.#options.logger.debug({ line }, "HAProxy says");
      return;
    }
    // The in-process plane tells of what it was handed.
    if (logged.backend === backendNames.handedOn) return;
    const { rules, compiled } = generation;
    const server = this.#everyServer.get(logged.server);
    const rule = rules.rules[logged.rule - 1];
    const service = serviceOf(compiled, logged.backend);
    const instance = server?.instance.uri;
    const ended = endedRequest(logged, { rule, service, instance });
    if (server !== undefined) {
      this.#judge(server, isInstanceFailure(logged) ? (ended.failure ?? "it fails") : undefined);
    }
    this.#options.observer.ended(ended);
  }

  #judge(server: Server, failure: string | undefined): void {
    const until = this.#health.answered(server.name, failure);
    if (until === undefined) return;
    void this.#setState(server, "maint");
    const timer = this.#options.clock.after(until - this.#options.clock.now(), () => {
      this.#ejections.delete(timer);
      if (this.#servers.get(server.service)?.has(server.name) === true) {
        void this.#setState(server, "ready");
      }
    });
    this.#ejections.add(timer);
  }

  #setState({ service, name }: Server, state: "maint" | "ready"): Promise<void> {
    return this.#inTurn(async () => {
      const backends = this.#backendsByService().get(service) ?? [];
      await this.#tell(backends.map((backend) => `set server ${backend}/${name} state ${state}`));
    }).catch(() => {});
  }

  async #repeatEjections(): Promise<void> {
    for (const [service, backends] of this.#backendsByService()) {
      for (const { name } of this.#servers.get(service)?.values() ?? []) {
        if (!this.#health.isEjected(name)) continue;
        await this.#tell(backends.map((backend) => `set server ${backend}/${name} state maint`));
      }
    }
  }

  /** What it finds is seen by who asks next: nobody waits for it. */
  #refreshHealth(): void {
    const now = this.#options.clock.now();
    if (this.#healthAt !== undefined && now - this.#healthAt < limits.healthFreshMs) return;
    this.#healthAt = now;
    const socketPath = this.#now?.process.socketPath;
    if (socketPath === undefined) return;
    askHaproxy(socketPath, "show stat -1 4 -1").then(
      (csv) => this.#health.read(csv),
      (error: unknown) => {
        this.#options.logger.debug({ error: describeError(error) }, "HAProxy says no figures");
      },
    );
  }
}

/** `service-3` is the third backend. */
function serviceOf({ serviceBackends }: CompiledRules, backend: string): ServiceName | undefined {
  if (!backend.startsWith("service-")) return undefined;
  return serviceBackends[Number(backend.slice("service-".length)) - 1]?.service;
}
