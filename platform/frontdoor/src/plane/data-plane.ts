/**
 * What carries requests: in this process, or an HAProxy that is driven. One interface, so that the
 * rest of the front door does not know which.
 */

import type { Instance, RuleSet, Services } from "../core/routing-table.ts";
import type { ServiceName } from "../core/rule.ts";

/** Without rules it answers 503: it is starting. */
export interface DataPlane {
  /** For status pages and logs: "in-process", "haproxy". */
  readonly kind: "in-process" | "haproxy";
  /** Where it listens, as it turned out (port 0): `http://127.0.0.1:8080`, `https://…`. */
  readonly urls: readonly string[];
  /**
   * Takes effect without dropping a connection; resolves when every new request goes by them. Rejects
   * with a CodedError when it cannot be done (what HAProxy refuses): the former stay.
   */
  setRules(rules: RuleSet): Promise<void>;
  /**
   * As `setRules`. An instance that is no longer there gets no new requests; those that run go on to
   * their end, for at most the drain time.
   */
  setServices(services: Services): Promise<void>;
  /** New certificates for new connections. Rejects, and the former stay, when they are none. */
  reloadCertificates(): Promise<void>;
  /** How each instance does: ejected, slowly started, requests at it now. */
  health(): readonly InstanceHealth[];
  /** Rejects no more new connections' requests than it must: runs out what runs, for at most `drainMs`. */
  close(options: { readonly drainMs: number }): Promise<void>;
}

export interface InstanceHealth {
  readonly service: ServiceName;
  readonly instance: Instance;
  readonly state: "up" | "starting" | "ejected" | "draining";
  /** Why it is not up. */
  readonly reason?: string;
  readonly active: number;
}

export interface ListenOptions {
  readonly ip: string;
  /** Undefined: no plain HTTP. 0: any free port. */
  readonly httpPort: number | undefined;
  readonly httpsPort: number | undefined;
  /** Folder or files of `name.pem` (certificate chain and key), chosen by SNI from the names in them. */
  readonly certificates: readonly string[];
}

/** Told of each request that has ended; metrics and access log live on it. Never throws. */
export interface RequestObserver {
  ended(request: EndedRequest): void;
}

export interface EndedRequest {
  readonly method: string;
  readonly uri: string;
  readonly host: string;
  readonly remoteAddress: string;
  /** The line that decided; undefined: none did. */
  readonly line: number | undefined;
  readonly service: ServiceName | undefined;
  readonly instance: string | undefined;
  /** As the client got it; 499: it went away before. A tunnel is 101, over HTTP/2 too. */
  readonly status: number;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Attempts beyond the first. */
  readonly retries: number;
  /** What went wrong, in words: "no instance of timezone", "connection refused". */
  readonly failure: string | undefined;
  readonly traceParent: string | undefined;
  /** For the access log, as far as the plane knows them: "HTTP/1.1", and what the client sent. */
  readonly protocol?: string;
  readonly referer?: string | undefined;
  readonly userAgent?: string | undefined;
}
