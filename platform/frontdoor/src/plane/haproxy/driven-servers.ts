/**
 * The servers of the HAProxy that runs: which instances they serve, how they do, who is ejected and who is on
 * the way out; and what HAProxy is told when any of that changes.
 */

import { join } from "node:path";
import type { Clock, Logger, Timer } from "@tavola/host";
import type { Services } from "../../core/routing-table.ts";
import type { ServiceName } from "../../core/rule.ts";
import type { InstanceHealth } from "../data-plane.ts";
import type { PlaneTimeouts } from "../plane-options.ts";
import { rulesMap } from "./format-frontend.ts";
import type { Generation } from "./generation.ts";
import { handedOnCommands } from "./handed-on-rules.ts";
import { HostAddresses } from "./host-addresses.ts";
import { InstanceHealthList } from "./instance-health.ts";
import { KnownServers } from "./known-servers.ts";
import { isReusable, type Server } from "./server-book.ts";
import { ServerDrain } from "./server-drain.ts";
import { ServerEjections } from "./server-ejections.ts";
import { ServerHealth } from "./server-health.ts";
import { ServerNames } from "./server-names.ts";
import { ServerRoster, type ServiceChanges } from "./server-roster.ts";
import { serviceCommands, stateCommand } from "./service-commands.ts";

const limits = {
  /** More servers than that at once cost more, one by one, than a process that begins with them. */
  addedMax: 2_000,
  /** Until hosts that were not found are looked for again, and names that were. */
  lookAgainMs: { soon: 2_000, later: 30_000 },
} as const;

export interface DrivenServersOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly zone: string | undefined;
  readonly timeouts: PlaneTimeouts;
  /** Which HAProxy runs. */
  now(): Generation;
  /** Resolves with what it says to a command. */
  ask(command: string): Promise<string>;
  /** Tells it of changes; when they are not taken, another takes its place. */
  tell(commands: readonly string[]): Promise<void>;
  /** Another takes its place, with all that is known here. */
  renew(): Promise<void>;
  /** After what goes on now; what comes of it is nobody's to hear. */
  later(run: () => Promise<void>): void;
}

export class DrivenServers {
  readonly #options: DrivenServersOptions;
  readonly #names: ServerNames;
  readonly #roster: ServerRoster;
  readonly #known: KnownServers;
  readonly #health: ServerHealth;
  readonly #healthList: InstanceHealthList;
  readonly #ejections: ServerEjections;
  readonly #drain: ServerDrain;
  #services: Services = new Map();
  #lookAgain: { readonly when: "soon" | "later"; readonly timer: Timer } | undefined;

  constructor(options: DrivenServersOptions) {
    const { clock, logger, zone, timeouts, ask } = options;
    this.#options = options;
    this.#names = new ServerNames(new HostAddresses({ clock, logger }), zone);
    this.#roster = new ServerRoster(this.#names);
    const roster = this.#roster;
    this.#known = new KnownServers({ clock, keptMs: 2 * timeouts.drainMs });
    this.#health = new ServerHealth(clock);
    const health = this.#health;
    this.#ejections = new ServerEjections({
      clock,
      health,
      isServing: (server) => roster.has(server),
      setState: (server, state) => options.later(() => this.#setState(server, state)),
    });
    this.#drain = new ServerDrain({
      clock,
      drainMs: timeouts.drainMs,
      ask,
      keep: (server) => isReusable(server) && this.#names.free(server),
    });
    const drain = this.#drain;
    const { slowStartMs } = timeouts;
    this.#healthList = new InstanceHealthList({
      clock,
      logger,
      slowStartMs,
      roster,
      drain,
      health,
      ask,
    });
  }

  /** Services with an instance that HAProxy cannot serve. */
  get handedOn(): ReadonlySet<ServiceName> {
    return this.#roster.handedOn;
  }

  /** As a HAProxy begins with them. */
  serversOf(service: ServiceName): readonly Server[] {
    return this.#roster
      .serversOf(service)
      .map((server) => (this.#health.isEjected(server.name) ? { ...server, isOut: true } : server));
  }

  /** Undefined: nobody has that name, or had it of late. */
  serverOf(name: string): Server | undefined {
    return this.#known.get(name);
  }

  health(services: Services): readonly InstanceHealth[] {
    return this.#healthList.read(services);
  }

  /** A HAProxy that has only servers that serve. */
  began(): void {
    this.#drain.clear();
    this.#names.forgetFree();
  }

  /** A request has ended; `failure`: not well. */
  answered(server: Server, failure: string | undefined): void {
    this.#ejections.answered(server, failure);
  }

  close(): void {
    this.#lookAgain?.timer.cancel();
    this.#ejections.close();
    this.#known.close();
    this.#drain.clear();
  }

  /** Resolves when HAProxy goes by them; one at a time. Rejects when it can neither be told nor replaced. */
  apply(services: Services): Promise<void> {
    return this.#apply(services, { looksAgain: false });
  }

  async #apply(services: Services, how: { readonly looksAgain: boolean }): Promise<void> {
    const { now } = this.#options;
    const generation = now();
    const handedOn = [...this.handedOn].join();
    this.#services = services;
    const changes = await this.#roster.apply(services, how);
    this.#planAnotherLook();
    for (const each of changes) this.#note(each);
    await this.#tell(changes, generation);
    if ([...this.handedOn].join() !== handedOn) await this.#switchHandedOn();
    // Another process knows nothing of who has gone.
    if (generation !== now()) return;
    for (const { service, removed } of changes) {
      for (const server of removed) this.#drain.add(server, backendsOf(generation, service));
    }
  }

  /** One that is planned is not put off by whatever changes meanwhile. */
  #planAnotherLook(): void {
    const { clock, later } = this.#options;
    const when = this.#roster.lookAgain;
    const planned = this.#lookAgain;
    if (when === undefined || planned?.when === when || planned?.when === "soon") return;
    planned?.timer.cancel();
    const timer = clock.after(limits.lookAgainMs[when], () => {
      this.#lookAgain = undefined;
      later(() => this.#apply(this.#services, { looksAgain: true }));
    });
    this.#lookAgain = { when, timer };
  }

  #note({ added, removed }: ServiceChanges): void {
    for (const server of added) {
      this.#health.added(server);
      this.#known.added(server);
    }
    for (const server of removed) {
      this.#health.removed(server);
      this.#known.removed(server);
    }
  }

  #tell(changes: readonly ServiceChanges[], generation: Generation): Promise<void> {
    const { timeouts: settings, tell, renew } = this.#options;
    const isReused = (server: Server): boolean => this.#names.isReused(server);
    const added = changes.reduce(
      (sum, { service, added: each }) => sum + each.length * backendsOf(generation, service).length,
      0,
    );
    if (added > limits.addedMax) return renew();
    return tell(
      changes.flatMap((each) =>
        serviceCommands(backendsOf(generation, each.service), each, { settings, isReused }),
      ),
    );
  }

  /** Rules of these services are the in-process plane's, and those of the others HAProxy's. */
  #switchHandedOn(): Promise<void> {
    const { now, tell } = this.#options;
    const { compiled, folder, rules } = now();
    const map = join(folder, rulesMap);
    return tell(handedOnCommands(map, { rules: rules.rules, compiled, services: this.handedOn }));
  }

  /** Of one that serves still; who has gone is in maintenance. */
  async #setState(server: Server, state: "maint" | "ready"): Promise<void> {
    if (!this.#roster.has(server)) return;
    const backends = backendsOf(this.#options.now(), server.service);
    await this.#options.tell(backends.map((backend) => stateCommand(backend, server, state)));
  }
}

function backendsOf({ backends }: Generation, service: ServiceName): readonly string[] {
  return backends.get(service) ?? [];
}
