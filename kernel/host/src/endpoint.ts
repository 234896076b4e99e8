/**
 * One TCP port that serves HTTP and libprocess alike. STUB of signatures; replaced.
 */
import type { LibprocessMessage, Upid } from "@tavola/protocol";
import type { HttpHandler } from "./http.ts";
import type { Logger } from "./logger.ts";

export interface EndpointOptions {
  readonly ip: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** What peers are told; default: ip and the bound port. */
  readonly advertiseIp?: string;
  readonly advertisePort?: number;
  readonly onRequest: HttpHandler;
  /** "unknown" answers 404: no such process here. */
  readonly onMessage?: (message: LibprocessMessage) => "accepted" | "unknown";
  readonly logger: Logger;
  /** Default 64 MiB, decompressed. */
  readonly bodyBytesMax?: number;
  /** Buffered for one streaming client before it is cut off. Default 64 MiB. */
  readonly streamBufferBytesMax?: number;
}

/** Sends libprocess messages: at most once, in order per destination. */
export interface Messenger {
  /** `fromId` is a process id on this endpoint, such as `master`. Opens a connection when there is none. */
  send(fromId: string, to: Upid, name: string, body: Uint8Array): void;
  /** Keeps a connection to `to` and calls `onExited` once when it breaks (or cannot be made). The return value unlinks. */
  link(to: Upid, onExited: () => void): () => void;
}

export interface Endpoint {
  readonly ip: string;
  readonly port: number;
  readonly messenger: Messenger;
  /** Messages dropped: undecodable framing, unknown process. */
  readonly droppedMessages: number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

export function openEndpoint(_options: EndpointOptions): Promise<Endpoint> {
  throw new Error("not there yet");
}
