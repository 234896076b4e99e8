/**
 * The names of the domain, and what each stands for: mesos-dns's scheme over announcements.
 *
 *     web.marathon.mesos                      A, AAAA of every task of that name
 *     web-ejk4t-s2.marathon.mesos             of one task
 *     web.marathon.slave.mesos                of the agents of these tasks
 *     _web._tcp.marathon.mesos                SRV, targets are canonical names
 *     _admin._web._tcp.marathon.mesos         of the ports with that name
 *     _web._tcp.marathon.slave.mesos          SRV, targets below .slave
 *     ns1.mesos                               this server
 *     leader.mesos, marathon.mesos, …         the cluster's own parts; see `cluster-names.ts`
 *
 * Only which task is called what is kept; records are made when somebody asks. The zone is built at the
 * first question and follows the catalogue from then on: without DNS it costs nothing.
 */

import type { Announcement } from "../core/announcement.ts";
import type { Catalogue, Change } from "../core/catalogue.ts";
import { type AnnouncedTask, announcedTask, nameKeyOf, type TaskPort } from "./announced-task.ts";
import { type ClusterParts, clusterNames, findClusterName } from "./cluster-names.ts";
import type { HostAddress, HostAddresses } from "./host-addresses.ts";

export interface SrvTarget {
  /** Fully qualified, without the last dot. */
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly HostAddress[];
}

/** What a name stands for. Undefined lists: nothing of that kind. */
export interface NameAnswer {
  readonly addresses: readonly HostAddress[];
  readonly targets: readonly SrvTarget[];
}

export interface ZoneOptions {
  readonly catalogue: Catalogue;
  readonly addresses: HostAddresses;
  /** Lower case, no dots at its ends. */
  readonly domain: string;
  readonly defaultFramework: string;
  /** Of the server itself. */
  readonly ownAddresses: readonly HostAddress[];
  /** Default: nothing is known of a cluster. */
  readonly cluster?: ClusterParts | undefined;
}

/** A name within the domain, taken apart. */
interface ParsedName {
  readonly service: { readonly protocol: "tcp" | "udp"; readonly port: string } | undefined;
  readonly task: string;
  readonly framework: string;
  readonly isBelowSlave: boolean;
}

export class DnsZone {
  readonly #options: ZoneOptions;
  /** By `task.framework`; both may be in many announcements. Undefined: nobody has asked yet. */
  #tasks: Map<string, Set<string>> | undefined;
  readonly #frameworks = new Map<string, number>();

  constructor(options: ZoneOptions) {
    this.#options = options;
  }

  get domain(): string {
    return this.#options.domain;
  }

  /** Name of the server in SOA and NS records. */
  get serverName(): string {
    return `ns1.${this.#options.domain}`;
  }

  get serial(): number {
    return this.#options.catalogue.index >>> 0;
  }

  /** Whether the name, in lower case and without its last dot, is of this zone. */
  holds(name: string): boolean {
    return name === this.domain || name.endsWith(`.${this.domain}`);
  }

  /** The catalogue has changed: by these, or altogether. */
  changed(changes: readonly Change[] | "all"): void {
    if (this.#tasks === undefined) return;
    if (changes === "all") {
      this.#tasks = undefined;
      return;
    }
    for (const { id, before } of changes) {
      const now = this.#options.catalogue.get(id);
      if (before !== undefined) this.#remove(before);
      if (now !== undefined) this.#add(now);
    }
  }

  /**
   * Undefined: there is no such name. Empty: there is, or there are names below it. Rejects with a
   * CodedError when the cluster does not say who is called so. PERF: O(tasks of that name).
   */
  async find(name: string): Promise<NameAnswer | undefined> {
    const { ownAddresses, domain } = this.#options;
    if (name === domain) return nothing;
    if (name === this.serverName) return { addresses: ownAddresses, targets: [] };
    const labels = name.slice(0, -(domain.length + 1)).split(".");
    const parsed = parseName(labels);
    const tasks = parsed === undefined ? [] : this.#tasksNamed(parsed);
    if (parsed === undefined || tasks.length === 0) {
      const part = await this.#partOfCluster(labels.join("."));
      return part ?? (this.#isAboveNames(labels) ? nothing : undefined);
    }
    if (parsed.service === undefined) {
      return { addresses: await this.#addressesOf(tasks, parsed), targets: [] };
    }
    const targets = await this.#targetsOf(tasks, parsed);
    return targets.length === 0 ? undefined : { addresses: [], targets };
  }

  /** All tasks, as `/v1/enumerate` has them. PERF: O(announcements). */
  *tasks(): Generator<AnnouncedTask> {
    const { catalogue, defaultFramework } = this.#options;
    for (const entry of catalogue.values()) {
      const task = announcedTask(entry, defaultFramework);
      if (task !== undefined) yield task;
    }
  }

  /** Names of the cluster's parts, fully qualified. Rejects as `find`. */
  async partNames(): Promise<readonly string[]> {
    const { cluster } = this.#options;
    const names = cluster === undefined ? [] : await clusterNames(cluster);
    return names.map((name) => `${name}.${this.domain}`);
  }

  async addressesOfHost(host: string): Promise<readonly HostAddress[]> {
    return await this.#options.addresses.of(host);
  }

  #index(): Map<string, Set<string>> {
    if (this.#tasks === undefined) {
      this.#tasks = new Map();
      this.#frameworks.clear();
      for (const entry of this.#options.catalogue.values()) this.#add(entry);
    }
    return this.#tasks;
  }

  #add(announcement: Announcement): void {
    const task = announcedTask(announcement, this.#options.defaultFramework);
    if (task === undefined) return;
    const key = nameKeyOf(task);
    const ids = this.#tasks?.get(key) ?? new Set();
    if (ids.has(announcement.id)) return;
    this.#tasks?.set(key, ids.add(announcement.id));
    this.#frameworks.set(task.framework, (this.#frameworks.get(task.framework) ?? 0) + 1);
  }

  #remove(announcement: Announcement): void {
    const task = announcedTask(announcement, this.#options.defaultFramework);
    if (task === undefined) return;
    const key = nameKeyOf(task);
    const ids = this.#tasks?.get(key);
    if (ids?.delete(announcement.id) !== true) return;
    if (ids.size === 0) this.#tasks?.delete(key);
    const left = (this.#frameworks.get(task.framework) ?? 1) - 1;
    if (left === 0) this.#frameworks.delete(task.framework);
    else this.#frameworks.set(task.framework, left);
  }

  #tasksNamed({ task, framework, service }: ParsedName): readonly AnnouncedTask[] {
    const found = this.#tasksOf(`${task}.${framework}`);
    if (found.length > 0 || service !== undefined) return found;
    // A canonical name: what stands before its hash, and perhaps its agent, begins the task's.
    for (let end = task.lastIndexOf("-"); end > 0; end = task.lastIndexOf("-", end - 1)) {
      const head = task.slice(0, end);
      const one = this.#tasksOf(`${head}.${framework}`).filter(
        ({ canonical }) => canonical === task,
      );
      if (one.length > 0) return one;
    }
    return [];
  }

  #tasksOf(key: string): readonly AnnouncedTask[] {
    const { catalogue, defaultFramework } = this.#options;
    return [...(this.#index().get(key) ?? [])].flatMap((id) => {
      const entry = catalogue.get(id);
      const task = entry === undefined ? undefined : announcedTask(entry, defaultFramework);
      return task ?? [];
    });
  }

  /** Such as `marathon.mesos`, `slave.mesos`, `_tcp.marathon.mesos`: names stand below them. */
  #isAboveNames(labels: readonly string[]): boolean {
    const rest = labels.at(-1) === "slave" ? labels.slice(0, -1) : labels;
    const isProtocol = rest[0] === "_tcp" || rest[0] === "_udp";
    const framework = (isProtocol ? rest.slice(1) : rest).join(".");
    this.#index();
    if (framework === "") return this.#frameworks.size > 0 && !isProtocol;
    return [...this.#frameworks.keys()].some(
      (name) => name === framework || (!isProtocol && name.endsWith(`.${framework}`)),
    );
  }

  async #partOfCluster(name: string): Promise<NameAnswer | undefined> {
    const { cluster, domain } = this.#options;
    const found = cluster === undefined ? undefined : await findClusterName(cluster, name);
    if (found === undefined) return undefined;
    const { hosts, service } = found;
    if (service === undefined)
      return { addresses: await this.#addressesOfHosts(hosts), targets: [] };
    const addresses = await this.#addressesOfHosts(service.places.map(({ host: each }) => each));
    const host = `${service.target}.${domain}`;
    const ports = new Set(service.places.flatMap(({ port }) => port ?? []));
    return { addresses: [], targets: [...ports].map((port) => ({ host, port, addresses })) };
  }

  #addressesOf(
    tasks: readonly AnnouncedTask[],
    { isBelowSlave }: ParsedName,
  ): Promise<readonly HostAddress[]> {
    return this.#addressesOfHosts(
      tasks.map(({ host, agentHost }) => (isBelowSlave ? agentHost : host)),
    );
  }

  /** Each address once. */
  async #addressesOfHosts(hosts: readonly string[]): Promise<readonly HostAddress[]> {
    const found = await Promise.all([...new Set(hosts)].map((host) => this.addressesOfHost(host)));
    return [...new Map(found.flat().map((each) => [each.address, each])).values()];
  }

  async #targetsOf(
    tasks: readonly AnnouncedTask[],
    { service, framework, isBelowSlave }: ParsedName,
  ): Promise<readonly SrvTarget[]> {
    const found = tasks.map(async (task) => {
      const ports = service === undefined ? [] : portsFor(task, service, isBelowSlave);
      if (ports.length === 0) return [];
      const subdomain = isBelowSlave ? ".slave" : "";
      const host = `${task.canonical}.${framework}${subdomain}.${this.domain}`;
      const addresses = await this.addressesOfHost(isBelowSlave ? task.agentHost : task.host);
      return ports.map(({ number }) => ({ host, port: number, addresses }));
    });
    return (await Promise.all(found)).flat();
  }
}

const nothing: NameAnswer = { addresses: [], targets: [] };

/** Below `.slave` a port is there under both protocols, as mesos-dns has it. */
function portsFor(
  { ports }: AnnouncedTask,
  { protocol, port }: { readonly protocol: "tcp" | "udp"; readonly port: string },
  isBelowSlave: boolean,
): readonly TaskPort[] {
  if (isBelowSlave) return port === "" ? ports : [];
  return ports.filter((each) => each.protocol === protocol && (port === "" || each.name === port));
}

/** Undefined: nothing is called so. */
function parseName(labels: readonly string[]): ParsedName | undefined {
  const isBelowSlave = labels.length > 2 && labels.at(-1) === "slave";
  const rest = isBelowSlave ? labels.slice(0, -1) : labels;
  const [first = "", second = "", third = ""] = rest;
  if (!first.startsWith("_")) {
    if (rest.length < 2) return undefined;
    const framework = rest.slice(1).join(".");
    return { service: undefined, task: first, framework, isBelowSlave };
  }
  const isNamed = third === "_tcp" || third === "_udp";
  const protocol = isNamed ? third : second;
  const framework = rest.slice(isNamed ? 3 : 2).join(".");
  if ((protocol !== "_tcp" && protocol !== "_udp") || framework === "") return undefined;
  return {
    service: {
      protocol: protocol === "_udp" ? "udp" : "tcp",
      port: isNamed ? first.slice(1) : "",
    },
    task: (isNamed ? second : first).slice(1),
    framework,
    isBelowSlave,
  };
}
