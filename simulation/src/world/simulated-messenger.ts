/**
 * libprocess's messenger over the simulated network, with the real one's promises and no more.
 *
 * One connection per destination, opened at the first message or link and kept. When it breaks, what
 * was on its way is lost in part, those who linked are told once, and the next message opens a new one,
 * which may overtake what the old one still carries.
 */

import type { Messenger } from "@tavola/host";
import { formatUpid, internal, type LibprocessMessage, type Upid } from "@tavola/protocol";
import { readableMessage } from "./message-text.ts";
import type { Connection, Network } from "./network.ts";
import { observe } from "./observer.ts";
import type { SimulatedProcess } from "./process.ts";

export interface MessengerParts {
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly ip: string;
  readonly port: number;
  readonly deliverHere: (message: LibprocessMessage) => unknown;
  /** Sees every message before it leaves, and may keep it. */
  readonly passes?: (to: Upid, name: string, body: Uint8Array) => boolean;
}

/** What senders repeat, or what is about one thing that is there once: no launches, no ends of executors. */
const repeatable: ReadonlySet<string> = new Set(
  [
    internal.StatusUpdateMessage,
    internal.StatusUpdateAcknowledgementMessage,
    internal.KillTaskMessage,
    internal.UpdateSlaveMessage,
    internal.PingSlaveMessage,
    internal.PongSlaveMessage,
  ].map(({ typeName }) => typeName),
);
const repeatMsMax = 5000;

interface Peer {
  readonly connection: Connection;
  readonly links: Set<{ readonly onExited: () => void }>;
}

export class SimulatedMessenger implements Messenger {
  readonly #parts: MessengerParts;
  readonly #peers = new Map<string, Peer>();
  #isClosed = false;

  constructor(parts: MessengerParts) {
    this.#parts = parts;
  }

  send(fromId: string, to: Upid, name: string, body: Uint8Array): void {
    const { network, process, ip, port, deliverHere, passes } = this.#parts;
    if (this.#isClosed || !process.touch()) return;
    const from = formatUpid({ id: fromId, host: ip, port });
    const { world } = network;
    if (passes?.(to, name, body) === false) {
      world.note(`${process.name} keeps ${name} to ${to.host}`, body, () =>
        readableMessage(name, body),
      );
      return;
    }
    world.note(`${process.name} > ${to.id}@${to.host} ${name}`, body, () =>
      readableMessage(name, body),
    );
    observe(network, (observer) => observer.sends?.(process, to, name, body));
    const message: LibprocessMessage = { from, to: to.id, name, body };
    if (to.host === ip && to.port === port) {
      world.plan(0, () => deliverHere(message), process);
      return;
    }
    const address = `${to.host}:${to.port}`;
    const { connection } = this.#peerAt(address);
    const arrive = (): void => connection.listener?.onMessage(message);
    connection.toServer.send(arrive);
    if (network.weather.doubleChance > network.random.next()) connection.toServer.send(arrive);
    this.#mayRepeat(name, connection, arrive);
  }

  /** As if it had been sent once more and the copy were the slower one. */
  #mayRepeat(name: string, connection: Connection, arrive: () => void): void {
    const { network } = this.#parts;
    const { weather, random, world } = network;
    if (weather.repeatChance === 0 || !repeatable.has(name)) return;
    if (random.next() >= weather.repeatChance) return;
    const lateMs = random.next() * repeatMsMax;
    world.plan(lateMs, () => {
      if (connection.isOpen) connection.listener?.process.take(arrive);
    });
  }

  link(to: Upid, onExited: () => void): () => void {
    const { process, ip, port } = this.#parts;
    if (this.#isClosed || !process.touch()) return () => {};
    if (to.host === ip && to.port === port) return () => {};
    const entry = { onExited };
    const { links } = this.#peerAt(`${to.host}:${to.port}`);
    links.add(entry);
    return () => links.delete(entry);
  }

  close(): void {
    this.#isClosed = true;
    for (const { connection } of this.#peers.values()) connection.close("client");
    this.#peers.clear();
  }

  #peerAt(address: string): Peer {
    const known = this.#peers.get(address);
    if (known !== undefined) return known;
    const { network, process } = this.#parts;
    const links: Peer["links"] = new Set();
    const onBroken = (reason: string): void => {
      network.world.note(`${process.name} lost its connection to ${address}: ${reason}`);
      this.#peers.delete(address);
      const told = [...links];
      links.clear();
      for (const each of told) each.onExited();
    };
    // The server's answer to the connection: one that cannot come back is noticed.
    const connection = network.connect(process, address, { onBroken }, ({ toClient }) =>
      toClient.send(() => {}),
    );
    const peer: Peer = { connection, links };
    this.#peers.set(address, peer);
    return peer;
  }
}
