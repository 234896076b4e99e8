/**
 * What every data plane is made of. What is left out has a default that suits most clusters.
 */

import type { Random } from "@tavola/base";
import type { Clock, Logger } from "@tavola/host";
import type { ListenOptions, RequestObserver } from "./data-plane.ts";

export interface PlaneOptions {
  readonly listen: ListenOptions;
  readonly observer: RequestObserver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: Random;
  /** Of this machine: instances in it are preferred. */
  readonly zone?: string;
  /**
   * Addresses and networks whose `Forwarded` and `X-Forwarded-*` headers are believed and added to.
   * From everybody else they are taken out. Default: nobody.
   */
  readonly trustedProxies?: readonly string[];
  readonly timeouts?: Partial<PlaneTimeouts>;
}

export interface PlaneTimeouts {
  /** A rule's `connectTimeoutMs` where it has none. */
  readonly connectMs: number;
  /** A rule's `timeoutMs` where it has none: until the answer's headers have come. */
  readonly answerMs: number;
  /** Between two pieces of a body, either way; after it the connection is cut. */
  readonly bodyIdleMs: number;
  /** For a client to send a request's head, all of it; after it 408. */
  readonly requestHeadMs: number;
  /** How long a client's connection is kept without a request. */
  readonly keepAliveMs: number;
  /** How long a tunnel (WebSocket) may be silent both ways. */
  readonly tunnelIdleMs: number;
  /** How long an instance that was withdrawn may finish what it has. */
  readonly drainMs: number;
  /** In which a new instance comes up to its full weight, where its service has others. */
  readonly slowStartMs: number;
}

export const defaultTimeouts: PlaneTimeouts = {
  connectMs: 5_000,
  answerMs: 60_000,
  bodyIdleMs: 60_000,
  requestHeadMs: 10_000,
  keepAliveMs: 60_000,
  tunnelIdleMs: 3_600_000,
  drainMs: 30_000,
  slowStartMs: 30_000,
};
