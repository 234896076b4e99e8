/**
 * A small network of our own: hosts are network namespaces, one switch joins them, and the way from
 * any host to any other can be cut, one direction at a time.
 *
 *     this namespace ── veth ──┐
 *     host a ── veth ── bridge in a namespace of its own ── veth ── host b
 *
 * What is cut is dropped where it would arrive, by nft or iptables inside the receiver's namespace, so
 * that nobody is told: packets vanish, as on a broken wire. Where neither is installed it is a
 * blackhole route at the sender, which at least new connections notice. Everything is named after
 * this process, and whatever a dead one left is removed by the next. Needs root.
 */

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface NetworkHost {
  readonly name: string;
  readonly address: string;
  /** Words before a command that shall run there; they `exec` it, so its pid is the child's. */
  readonly within: readonly string[];
}

/** What drops packets. */
export type Cutter = "nft" | "iptables" | "routes";

export interface TestNetwork {
  /** This process's own address in it. */
  readonly ownAddress: string;
  readonly cutter: Cutter;
  addHost(name: string): Promise<NetworkHost>;
  /** Packets from one to the other are lost, until `heal`. */
  cut(from: NetworkHost, to: NetworkHost): Promise<void>;
  /** Between this host and all of the others, both ways. */
  isolate(host: NetworkHost, others: readonly NetworkHost[]): Promise<void>;
  /** Everything reaches everyone again. */
  heal(): Promise<void>;
  /** Kills what still runs in the hosts, and removes all of it. Idempotent. */
  close(): Promise<void>;
}

const prefix = "tvl";
const namespaceFolder = "/run/netns";
const programFolders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/** Why this machine cannot have one; undefined when it can. */
export function whyNoNetwork(): string | undefined {
  if (process.getuid?.() !== 0) return "network namespaces need root";
  for (const program of ["ip", "nsenter"]) {
    if (!isInstalled(program)) return `network namespaces need "${program}" (iproute2, util-linux)`;
  }
  return undefined;
}

/** Resolves when it stands. When it rejects, nothing is left. */
export async function createNetwork(): Promise<TestNetwork> {
  await sweep();
  const network = new NamespaceNetwork(await freeSubnet());
  try {
    await network.open();
  } catch (error) {
    await network.close();
    throw error;
  }
  return network;
}

let made = 0;

class NamespaceNetwork implements TestNetwork {
  readonly ownAddress: string;
  readonly cutter: Cutter;
  /** Starts the names of all its namespaces; links' names hold at most 15 characters. */
  readonly #label: string;
  readonly #subnet: string;
  readonly #switch: string;
  readonly #uplink: string;
  readonly #hosts: NetworkHost[] = [];
  readonly #namespaces: string[] = [];

  constructor(subnet: string) {
    made += 1;
    this.#label = `${prefix}${process.pid}-${made}`;
    this.#subnet = subnet;
    this.#switch = `${this.#label}-switch`;
    this.#uplink = `${prefix}${process.pid}u${made}`;
    this.ownAddress = `${subnet}.1`;
    this.cutter = isInstalled("nft") ? "nft" : isInstalled("iptables") ? "iptables" : "routes";
  }

  async open(): Promise<void> {
    await this.#addNamespace(this.#switch);
    await ip("-n", this.#switch, "link", "add", "bridge", "type", "bridge");
    await ip("-n", this.#switch, "link", "set", "bridge", "up");
    const peer = ["type", "veth", "peer", "name", "port0", "netns", this.#switch];
    await ip("link", "add", this.#uplink, ...peer);
    await this.#plug("port0");
    await ip("address", "add", `${this.ownAddress}/24`, "dev", this.#uplink);
    await ip("link", "set", this.#uplink, "up");
  }

  async addHost(name: string): Promise<NetworkHost> {
    const namespace = `${this.#label}-${name}`;
    const number = this.#hosts.length + 1;
    const address = `${this.#subnet}.${number + 10}`;
    await this.#addNamespace(namespace);
    const port = `port${number}`;
    const peer = ["type", "veth", "peer", "name", port, "netns", this.#switch];
    await ip("-n", namespace, "link", "add", "eth0", ...peer);
    await this.#plug(port);
    await ip("-n", namespace, "address", "add", `${address}/24`, "dev", "eth0");
    await ip("-n", namespace, "link", "set", "eth0", "up");
    await ip("-n", namespace, "link", "set", "lo", "up");
    // `ip netns exec` would hide /sys/fs/cgroup, which agents need.
    const within = ["nsenter", `--net=${namespaceFolder}/${namespace}`, "--"];
    const host = { name, address, within };
    this.#hosts.push(host);
    return host;
  }

  async cut(from: NetworkHost, to: NetworkHost): Promise<void> {
    if (this.cutter === "routes") {
      await within(from, "ip", "route", "replace", "blackhole", `${to.address}/32`);
    } else if (this.cutter === "iptables") {
      await within(to, "iptables", "-A", "INPUT", "-s", from.address, "-j", "DROP");
    } else {
      const chain = ["add", "chain", "inet", "cut", "input"];
      const hook = ["{ type filter hook input priority 0 ; }"];
      await within(to, "nft", "add", "table", "inet", "cut");
      await within(to, "nft", ...chain, ...hook);
      const rule = ["ip", "saddr", from.address, "drop"];
      await within(to, "nft", "add", "rule", "inet", "cut", "input", ...rule);
    }
  }

  async isolate(host: NetworkHost, others: readonly NetworkHost[]): Promise<void> {
    for (const other of others) {
      if (other === host) continue;
      await this.cut(host, other);
      await this.cut(other, host);
    }
  }

  async heal(): Promise<void> {
    for (const host of this.#hosts) {
      if (this.cutter === "routes") {
        await within(host, "ip", "route", "flush", "type", "blackhole");
      } else if (this.cutter === "iptables") await within(host, "iptables", "-F", "INPUT");
      else {
        await within(host, "nft", "add", "table", "inet", "cut");
        await within(host, "nft", "delete", "table", "inet", "cut");
      }
    }
  }

  async close(): Promise<void> {
    this.#hosts.splice(0);
    for (const namespace of this.#namespaces.splice(0)) await removeNamespace(namespace);
    await ip("link", "delete", this.#uplink).catch(() => undefined);
  }

  async #addNamespace(namespace: string): Promise<void> {
    this.#namespaces.push(namespace);
    await ip("netns", "add", namespace);
  }

  async #plug(port: string): Promise<void> {
    await ip("-n", this.#switch, "link", "set", port, "master", "bridge", "up");
  }
}

/** Kills what runs in it and takes its name away; its links go with it. */
async function removeNamespace(namespace: string): Promise<void> {
  if (!existsSync(`${namespaceFolder}/${namespace}`)) return;
  for (let look = 0; look < 50; look += 1) {
    const pids = (await ip("netns", "pids", namespace)).split(/\s+/).filter((pid) => pid !== "");
    if (pids.length === 0) break;
    for (const pid of pids) kill(Number(pid));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await ip("netns", "delete", namespace);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Removes what a process that was killed left behind. */
async function sweep(): Promise<void> {
  if (!existsSync(namespaceFolder)) return;
  const pattern = new RegExp(`^${prefix}(\\d+)-`);
  for (const namespace of readdirSync(namespaceFolder)) {
    const pid = pattern.exec(namespace)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await removeNamespace(namespace);
  }
}

/** Three numbers of a private network that this machine has no route to. */
async function freeSubnet(): Promise<string> {
  const routes = readFileSync("/proc/net/route", "utf8");
  const taken = new Set(
    routes.split("\n").flatMap((line) => {
      const destination = line.split("\t")[1];
      if (destination === undefined || !/^[0-9A-F]{8}$/.test(destination)) return [];
      return [Buffer.from(destination, "hex").reverse().subarray(0, 3).join(".")];
    }),
  );
  for (let third = 0; third < 256; third += 1) {
    const subnet = `10.213.${(process.pid + third) % 256}`;
    if (!taken.has(subnet)) return subnet;
  }
  throw new Error("every network below 10.213 is taken");
}

async function within(host: NetworkHost, ...command: readonly string[]): Promise<string> {
  const [program = "", ...args] = [...host.within, ...command];
  return (await run(program, args)).stdout;
}

async function ip(...args: readonly string[]): Promise<string> {
  return (await run("ip", args)).stdout;
}

function isInstalled(program: string): boolean {
  return programFolders.some((folder) => existsSync(`${folder}/${program}`));
}
