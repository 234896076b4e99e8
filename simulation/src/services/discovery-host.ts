/**
 * A discovery server: the real one, on a simulated host, started again whenever it ends; and somebody
 * who watches what is announced there, with the SDK's client.
 */

import type { MemoryCoordination } from "@tavola/coordination";
import { type DiscoveryFlags, discoveryFlags, startDiscovery } from "@tavola/discovery";
import { parseFlags } from "@tavola/host";
import { type Announcement, connectDiscovery } from "@tavola/sdk";
import { daemonLogger } from "../cluster/daemon-logger.ts";
import { openStoreOf } from "../cluster/store-access.ts";
import { Supervisor } from "../cluster/supervisor.ts";
import type { Network } from "../world/network.ts";
import { SimulatedProcess } from "../world/process.ts";
import { endpointsOf } from "../world/simulated-endpoint.ts";
import { httpClientOf } from "../world/simulated-http.ts";

const port = 7098;
const sessionTimeoutMs = 4000;
const rightClock = { offsetMs: 0, rate: 1 };

/** One alone: several ask each other over connections of their own making, which nobody simulates. */
export class DiscoveryHost {
  readonly host: string;
  readonly url: string;
  readonly supervisor: Supervisor;
  readonly #network: Network;
  readonly #store: MemoryCoordination;
  readonly #flags: DiscoveryFlags;
  #starts = 0;

  constructor(network: Network, store: MemoryCoordination, host: string) {
    this.host = host;
    this.url = `http://${host}:${port}`;
    this.#network = network;
    this.#store = store;
    this.#flags = flagsOf(host);
    this.supervisor = new Supervisor(network.world, `discovery ${host}`, () => this.#start());
  }

  #start(): SimulatedProcess {
    const { world } = this.#network;
    this.#starts += 1;
    const name = `discovery ${this.host} #${this.#starts}`;
    const process = new SimulatedProcess(world, name, this.host, rightClock);
    startDiscovery({
      flags: this.#flags,
      logger: daemonLogger(process),
      clock: process.clock,
      wallNow: () => process.clock.now(),
      openEndpoint: endpointsOf(this.#network, process),
      openStore: () => openStoreOf(this.#store, process, sessionTimeoutMs),
    }).then(
      ({ exited }) => {
        void exited.then(({ code, reason }) => process.end(`exited ${code}: ${reason}`));
      },
      (error: unknown) => process.end(`could not start: ${error}`),
    );
    return process;
  }
}

/** What somebody who asks discovery knows, now. */
export function watchServices(
  network: Network,
  host: string,
  { url }: DiscoveryHost,
): () => readonly Announcement[] {
  const process = new SimulatedProcess(network.world, "watcher of services", host, rightClock);
  const { clock, random } = process;
  const http = httpClientOf(network, process);
  const discovery = connectDiscovery({ servers: url, world: { clock, random, http } });
  const watch = discovery.subscribe();
  return () => watch.all();
}

function flagsOf(host: string): DiscoveryFlags {
  const { value, error } = parseFlags(discoveryFlags, {
    arguments: [`--ip=${host}`, `--port=${port}`, "--work_dir=/var/lib/tavola"],
    environment: {},
  });
  if (value === undefined) throw new Error(error);
  return value.values;
}
