/** What every connection of a client needs to know. */

import type { Clock, Logger } from "@tavola/host";
import type { PlaneTimeouts } from "../../plane-options.ts";
import type { Serve } from "./client-exchange.ts";
import type { RelayOptions } from "./relayed-peer.ts";

export interface ClientContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeouts: PlaneTimeouts;
  readonly serve: Serve;
  /** By which another data plane says whose a request is; undefined: there is none before us. */
  readonly relay: RelayOptions | undefined;
  /** A request that was refused before anybody served it. */
  readonly refused: (refusal: {
    readonly status: number;
    readonly reason: string;
    readonly remoteAddress: string;
  }) => void;
}
