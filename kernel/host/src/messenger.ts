/**
 * Sends libprocess messages: at most once, in order per destination.
 *
 * One connection per destination address, opened at the first message or link and kept. Nothing is
 * ever sent twice: what was queued or in flight when a connection breaks is lost, those who linked
 * to that address are told once, and the next message opens a new connection. A queue that outgrows
 * its limit breaks the connection too, because a peer that lost messages must be able to notice.
 *
 * A message to our own address never touches a socket, and is still never delivered synchronously.
 */

import {
  encodeLibprocessMessage,
  formatUpid,
  type LibprocessMessage,
  type Upid,
} from "@tavola/protocol";
import type { Logger } from "./logger.ts";
import { openPeer, type Peer } from "./messenger-peer.ts";

export interface Messenger {
  /** `fromId` is a process id on this endpoint, such as `master`. Opens a connection when there is none. */
  send(fromId: string, to: Upid, name: string, body: Uint8Array): void;
  /** Keeps a connection to `to` and calls `onExited` once when it breaks (or cannot be made). The return value unlinks. */
  link(to: Upid, onExited: () => void): () => void;
}

export interface MessengerOptions {
  /** Our own address as peers know it. */
  readonly ip: string;
  readonly port: number;
  readonly deliverHere: (message: LibprocessMessage) => unknown;
  readonly logger: Logger;
  readonly queueBytesMax: number;
}

export interface ClosableMessenger extends Messenger {
  /** Ends every connection; nobody is told. */
  close(): void;
}

export function createMessenger(options: MessengerOptions): ClosableMessenger {
  return new SocketMessenger(options);
}

class SocketMessenger implements ClosableMessenger {
  readonly #options: MessengerOptions;
  readonly #peers = new Map<string, Peer>();
  #local: LibprocessMessage[] = [];
  #closed = false;

  constructor(options: MessengerOptions) {
    this.#options = options;
  }

  send(fromId: string, to: Upid, name: string, body: Uint8Array): void {
    if (this.#closed) return;
    const from: Upid = { id: fromId, host: this.#options.ip, port: this.#options.port };
    if (this.#isHere(to)) this.#sendHere({ from: formatUpid(from), to: to.id, name, body });
    else this.#peerAt(to).send(encodeLibprocessMessage(from, to, name, body));
  }

  link(to: Upid, onExited: () => void): () => void {
    if (this.#closed || this.#isHere(to)) return () => {};
    return this.#peerAt(to).link(onExited);
  }

  close(): void {
    this.#closed = true;
    for (const peer of this.#peers.values()) peer.close();
    this.#peers.clear();
  }

  #isHere(to: Upid): boolean {
    return to.port === this.#options.port && to.host === this.#options.ip;
  }

  #sendHere(message: LibprocessMessage): void {
    this.#local.push(message);
    if (this.#local.length > 1) return;
    setImmediate(() => {
      const batch = this.#local;
      this.#local = [];
      for (const each of batch) if (!this.#closed) this.#options.deliverHere(each);
    });
  }

  #peerAt(to: Upid): Peer {
    const key = `${to.host}:${to.port}`;
    let peer = this.#peers.get(key);
    if (peer === undefined) {
      peer = openPeer({
        host: to.host,
        port: to.port,
        queueBytesMax: this.#options.queueBytesMax,
        onGone: (reason) => {
          this.#peers.delete(key);
          this.#options.logger.debug(
            { peer: key, reason },
            "connection to a libprocess peer ended",
          );
        },
      });
      this.#peers.set(key, peer);
    }
    return peer;
  }
}
