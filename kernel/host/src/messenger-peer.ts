/**
 * One kept connection to a libprocess peer, for sending only.
 *
 * Messages of one turn of the event loop are collected and written together: at 200 bytes a message
 * the system call costs twenty times what the bytes do. The peer's replies are read and thrown away,
 * because a peer whose replies nobody reads stops reading.
 */

import { connect, type Socket } from "node:net";

export interface Peer {
  send(message: Uint8Array): void;
  link(onExited: () => void): () => void;
  /** Ends the connection; `onGone` and the links are not told. */
  close(): void;
}

export interface PeerOptions {
  readonly host: string;
  readonly port: number;
  readonly queueBytesMax: number;
  /** Called once, before the links are told, so that they may send anew. */
  readonly onGone: (reason: string) => void;
}

/** The kernel would try for two minutes. */
const connectMsMax = 10_000;
const tcpKeepAliveMs = 30_000;
/** Enough collected that waiting for the turn's end gains nothing. */
const flushBytesMin = 64 * 1024;

export function openPeer(options: PeerOptions): Peer {
  return new SocketPeer(options);
}

class SocketPeer implements Peer {
  readonly #options: PeerOptions;
  readonly #socket: Socket;
  readonly #links = new Set<{ readonly onExited: () => void }>();
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #flushScheduled = false;
  #gone = false;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#socket = connect({
      host: options.host,
      port: options.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: tcpKeepAliveMs,
      onread: { buffer: discarded, callback: () => true },
    });
    const connecting = setTimeout(() => this.#end("connecting took too long"), connectMsMax);
    this.#socket.on("connect", () => clearTimeout(connecting));
    this.#socket.on("error", (error) => this.#end(error.message));
    this.#socket.on("end", () => this.#end("closed by the peer"));
    this.#socket.on("close", () => {
      clearTimeout(connecting);
      this.#end("closed");
    });
  }

  send(message: Uint8Array): void {
    if (this.#gone) return;
    this.#pending.push(message);
    this.#pendingBytes += message.length;
    if (this.#pendingBytes + this.#socket.writableLength > this.#options.queueBytesMax) {
      this.#end("more queued than the limit");
      return;
    }
    if (this.#pendingBytes >= flushBytesMin) this.#flush();
    else if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      setImmediate(() => {
        this.#flushScheduled = false;
        this.#flush();
      });
    }
  }

  link(onExited: () => void): () => void {
    const entry = { onExited };
    this.#links.add(entry);
    return () => this.#links.delete(entry);
  }

  close(): void {
    this.#gone = true;
    this.#links.clear();
    this.#socket.destroy();
  }

  #flush(): void {
    if (this.#pendingBytes === 0 || this.#gone) return;
    const [first] = this.#pending;
    const batch =
      this.#pending.length === 1 && first !== undefined
        ? first
        : Buffer.concat(this.#pending, this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#socket.write(batch);
  }

  #end(reason: string): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#socket.destroy();
    const links = [...this.#links];
    this.#links.clear();
    this.#options.onGone(reason);
    for (const each of links) each.onExited();
  }
}

/** All peers read their replies into this; nobody looks at it. */
const discarded = Buffer.alloc(64 * 1024);
