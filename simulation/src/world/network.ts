/**
 * The network between simulated hosts: TCP as its users meet it, with its ways of failing.
 *
 * A connection is two pipes. Within a pipe nothing is lost, doubled or overtaken while the connection
 * lives; between connections there is no order. While a direction between two hosts is blocked, what
 * goes that way is held: it arrives late, in order, when the way is free again, or it is lost with the
 * connection when somebody's patience ends first. When a connection breaks, some of what was on its way
 * arrives and the rest does not, and each end hears of it in its own time. A process that dies closes
 * its connections; a host without power does not, and its peers find out later.
 */

import { type Random, randomInt } from "@tavola/base";
import type { HttpHandler } from "@tavola/host";
import type { LibprocessMessage } from "@tavola/protocol";
import type { Observer } from "./observer.ts";
import type { SimulatedProcess } from "./process.ts";
import type { World } from "./world.ts";

/** How long a message is on its way; chosen per message. */
export interface NetworkWeather {
  delayMsMin: number;
  delayMsMax: number;
  /** Chance that a message takes up to `slowMsMax`. */
  slowChance: number;
  slowMsMax: number;
  /** Chance that a libprocess message comes twice. */
  doubleChance: number;
  /** Chance that one that its sender may repeat comes again later, after what followed it. */
  repeatChance: number;
}

/** How long a sender goes on trying to get something through: TCP's and the daemons' limits. */
const stallMs = { min: 4000, max: 30_000 } as const;
const connectMsMax = 10_000;
/** After which a peer notices that the other host has no power. */
const silentDeathMs = { min: 1000, max: 30_000 } as const;
const localDelayMs = 0.05;

/** What answers at an address. */
export interface Listener {
  readonly process: SimulatedProcess;
  readonly onMessage: (message: LibprocessMessage) => void;
  readonly onRequest: HttpHandler;
}

export class Network {
  readonly world: World;
  readonly random: Random;
  readonly weather: NetworkWeather = {
    delayMsMin: 0.2,
    delayMsMax: 2,
    slowChance: 0,
    slowMsMax: 0,
    doubleChance: 0,
    repeatChance: 0,
  };
  readonly observers: Observer[] = [];
  /** Notes what is written to a stream. */
  describeChunk: ((from: SimulatedProcess, to: Connection, chunk: Uint8Array) => void) | undefined;
  readonly #listeners = new Map<string, Listener>();
  readonly #members = new WeakSet<SimulatedProcess>();
  readonly #blocked = new Map<string, number>();
  readonly #slow = new Map<string, number>();
  readonly #connections = new Set<Connection>();

  constructor(world: World) {
    this.world = world;
    this.random = world.dice("network");
  }

  /** `address` is `host:port`. */
  listen(address: string, listener: Listener): void {
    this.#listeners.set(address, listener);
    listener.process.onEnd(() => this.stopListening(address, listener));
  }

  stopListening(address: string, listener: Listener): void {
    if (this.#listeners.get(address) === listener) this.#listeners.delete(address);
  }

  /**
   * Opens at once as far as the caller can tell; whether it can be made is seen later. `accepted`
   * happens on the server's side when it is: what the client sends first comes with it.
   */
  connect(
    client: SimulatedProcess,
    address: string,
    end: ConnectionEnd,
    accepted: (connection: Connection, listener: Listener) => void,
  ): Connection {
    const host = address.slice(0, address.lastIndexOf(":"));
    const connection = new Connection(this, client, end, host);
    this.#connections.add(connection);
    this.#endWith(client);
    const timeout = this.world.plan(connectMsMax, () =>
      connection.broke("connecting took too long"),
    );
    connection.toServer.send(() => {
      timeout.cancel();
      const listener = this.#listeners.get(address);
      if (listener === undefined) {
        connection.refused();
        return;
      }
      this.#endWith(listener.process);
      connection.accepted(listener);
      accepted(connection, listener);
    });
    return connection;
  }

  /** What a process has open is closed when it ends. */
  #endWith(process: SimulatedProcess): void {
    if (this.#members.has(process)) return;
    this.#members.add(process);
    process.onEnd(() => {
      for (const connection of [...this.#connections]) connection.died(process);
    });
  }

  /** One way. Blocks are counted: each has to be lifted. */
  block(from: string, to: string): void {
    const way = `${from}>${to}`;
    this.#blocked.set(way, (this.#blocked.get(way) ?? 0) + 1);
  }

  unblock(from: string, to: string): void {
    const way = `${from}>${to}`;
    const left = (this.#blocked.get(way) ?? 0) - 1;
    if (left > 0) {
      this.#blocked.set(way, left);
      return;
    }
    this.#blocked.delete(way);
    for (const connection of [...this.#connections]) connection.freed(from, to);
  }

  /** One way, by so much, until the function that it returns is called. */
  slow(from: string, to: string, byMs: number): () => void {
    const way = `${from}>${to}`;
    const slowBy = (ms: number): Map<string, number> =>
      this.#slow.set(way, (this.#slow.get(way) ?? 0) + ms);
    slowBy(byMs);
    return () => slowBy(-byMs);
  }

  isBlocked(from: string, to: string): boolean {
    return from !== to && this.#blocked.has(`${from}>${to}`);
  }

  /** Breaks one connection between different hosts, chosen by the dice; false when there is none. */
  breakOne(random: Random): boolean {
    const open = [...this.#connections].filter(({ isLocal }) => !isLocal);
    const chosen = open[randomInt(random, Math.max(1, open.length))];
    if (chosen === undefined) return false;
    this.world.note(`connection ${chosen.description} breaks`);
    chosen.broke("broken");
    return true;
  }

  /** The power of a host fails: nobody on it says goodbye. */
  powerLost(host: string): void {
    for (const connection of [...this.#connections]) connection.powerLost(host);
  }

  delayMs(from: string, to: string): number {
    if (from === to) return localDelayMs;
    const { delayMsMin, delayMsMax, slowChance, slowMsMax } = this.weather;
    const { random } = this;
    const slowMs = Math.max(0, this.#slow.get(`${from}>${to}`) ?? 0);
    const usual = slowMs + delayMsMin + random.next() * (delayMsMax - delayMsMin);
    return slowChance > 0 && random.next() < slowChance ? usual + random.next() * slowMsMax : usual;
  }

  between({ min, max }: { readonly min: number; readonly max: number }): number {
    return min + this.random.next() * (max - min);
  }

  silentDeathMs(): number {
    return this.between(silentDeathMs);
  }

  stallMs(): number {
    return this.between(stallMs);
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
  }
}

export interface ConnectionEnd {
  /** The connection is over, by whatever cause but our own `close`. Called once. */
  readonly onBroken: (reason: string) => void;
}

export class Connection {
  readonly toServer: Pipe;
  readonly toClient: Pipe;
  readonly #network: Network;
  readonly #client: SimulatedProcess;
  readonly #serverHost: string;
  #clientEnd: ConnectionEnd | undefined;
  #listener: Listener | undefined;
  #serverEnd: ConnectionEnd | undefined;
  #isOpen = true;

  constructor(network: Network, client: SimulatedProcess, end: ConnectionEnd, serverHost: string) {
    this.#network = network;
    this.#client = client;
    this.#clientEnd = end;
    this.#serverHost = serverHost;
    const stalled = (): void => this.broke("nothing got through");
    this.toServer = new Pipe(
      network,
      client.host,
      serverHost,
      () => this.#listener?.process,
      stalled,
    );
    this.toClient = new Pipe(network, serverHost, client.host, () => client, stalled);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isLocal(): boolean {
    return this.#client.host === this.#serverHost;
  }

  get client(): string {
    return this.#client.name;
  }

  get description(): string {
    return `${this.#client.name}>${this.#listener?.process.name ?? this.#serverHost}`;
  }

  /** Who answers, once the connection is made. */
  get listener(): Listener | undefined {
    return this.#listener;
  }

  accepted(listener: Listener): void {
    this.#listener = listener;
  }

  /** The server's end, once it knows what to do with it. */
  set serverEnd(end: ConnectionEnd) {
    this.#serverEnd = end;
  }

  /** What is on its way to the other side arrives, then it is closed there too. */
  close(by: "client" | "server"): void {
    if (by === "client") this.#clientEnd = undefined;
    else this.#serverEnd = undefined;
    this.#farewell(by);
  }

  /** Nobody listens there. */
  refused(): void {
    this.toClient.send(() => {
      if (!this.#isOpen) return;
      this.#isOpen = false;
      this.#network.forget(this);
      this.#tellClient("refused");
    });
  }

  /** Both ends are done with it: nobody needs to be told. */
  finish(): void {
    this.#isOpen = false;
    this.#network.forget(this);
  }

  /** A process ended; its host closes what it had open. */
  died(process: SimulatedProcess): void {
    if (process === this.#client) this.close("client");
    else if (process === this.#listener?.process) this.close("server");
  }

  /** Both ends will know, each in its time; what is on its way arrives in part. */
  broke(reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#network.forget(this);
    this.toServer.cut();
    this.toClient.cut();
    this.#tellClient(reason);
    const server = this.#listener?.process;
    if (server === undefined) return;
    const { world } = this.#network;
    const isCutOff = this.#network.isBlocked(this.#client.host, this.#serverHost);
    const delayMs = isCutOff
      ? this.#network.silentDeathMs()
      : this.#network.delayMs(this.#client.host, this.#serverHost);
    world.plan(delayMs, () => this.#tellServer(reason), server);
  }

  powerLost(host: string): void {
    if (!this.#isOpen) return;
    const isClient = host === this.#client.host;
    if (!isClient && host !== this.#serverHost) return;
    this.#isOpen = false;
    this.#network.forget(this);
    this.toServer.cut();
    this.toClient.cut();
    if (isClient) this.#clientEnd = undefined;
    else this.#serverEnd = undefined;
    const { world } = this.#network;
    const tell = isClient
      ? () => this.#tellServer("the other host is silent")
      : () => this.#tellClient("the other host is silent");
    world.plan(
      this.#network.silentDeathMs(),
      tell,
      isClient ? this.#listener?.process : this.#client,
    );
  }

  freed(from: string, to: string): void {
    if (from === this.#client.host && to === this.#serverHost) this.toServer.freed();
    if (to === this.#client.host && from === this.#serverHost) this.toClient.freed();
  }

  #farewell(from: "client" | "server"): void {
    if (!this.#isOpen) return;
    const pipe = from === "client" ? this.toServer : this.toClient;
    pipe.send(() => {
      if (!this.#isOpen) return;
      this.#isOpen = false;
      this.#network.forget(this);
      if (from === "client") this.#tellServer("closed by the peer");
      else this.#tellClient("closed by the peer");
    });
  }

  #tellClient(reason: string): void {
    const end = this.#clientEnd;
    this.#clientEnd = undefined;
    if (end !== undefined) this.#client.take(() => end.onBroken(reason));
  }

  #tellServer(reason: string): void {
    const end = this.#serverEnd;
    this.#serverEnd = undefined;
    if (end !== undefined) this.#listener?.process.take(() => end.onBroken(reason));
  }
}

interface Parcel {
  readonly number: number;
  readonly arrive: () => void;
}

/** One direction of a connection. */
export class Pipe {
  readonly #network: Network;
  readonly #from: string;
  readonly #to: string;
  readonly #receiver: () => SimulatedProcess | undefined;
  readonly #stalled: () => void;
  #sent = 0;
  #arrived = 0;
  #lastArrivalMs = 0;
  /** What arrived while the way was blocked, in order. */
  #held: Parcel[] = [];
  /** Parcels from this number on do not arrive. */
  #cutAt = Number.POSITIVE_INFINITY;

  constructor(
    network: Network,
    from: string,
    to: string,
    receiver: () => SimulatedProcess | undefined,
    stalled: () => void,
  ) {
    this.#network = network;
    this.#from = from;
    this.#to = to;
    this.#receiver = receiver;
    this.#stalled = stalled;
  }

  send(arrive: () => void): void {
    this.#sent += 1;
    this.#plan({ number: this.#sent, arrive });
  }

  /** Of what is on its way only the first few arrive. */
  cut(): void {
    this.#held = [];
    const onTheWay = this.#sent - this.#arrived;
    this.#cutAt = this.#arrived + 1 + randomInt(this.#network.random, onTheWay + 1);
  }

  freed(): void {
    const held = this.#held;
    this.#held = [];
    for (const parcel of held) this.#plan(parcel);
  }

  #plan(parcel: Parcel): void {
    const { world } = this.#network;
    const delayMs = this.#network.delayMs(this.#from, this.#to);
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, world.nowMs + delayMs);
    world.plan(this.#lastArrivalMs - world.nowMs, () => this.#arrive(parcel));
  }

  #arrive(parcel: Parcel): void {
    if (parcel.number >= this.#cutAt) return;
    if (this.#held.length > 0 || this.#network.isBlocked(this.#from, this.#to)) {
      if (this.#held.length === 0) this.#watch();
      this.#held.push(parcel);
      return;
    }
    this.#arrived = parcel.number;
    const receiver = this.#receiver();
    // Connecting, there is nobody yet; the host itself answers.
    if (receiver === undefined) parcel.arrive();
    else receiver.take(parcel.arrive);
  }

  #watch(): void {
    const first = this.#arrived;
    this.#network.world.plan(this.#network.stallMs(), () => {
      if (this.#held.length > 0 && this.#arrived === first) this.#stalled();
    });
  }
}
