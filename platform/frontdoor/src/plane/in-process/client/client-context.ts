/** What every connection of a client needs to know. */

import type { Clock } from "@tavola/host";
import type { PlaneTimeouts } from "../../plane-options.ts";
import type { Serve } from "./client-exchange.ts";

export interface ClientContext {
  readonly clock: Clock;
  readonly timeouts: PlaneTimeouts;
  readonly serve: Serve;
  /** A request that was refused before anybody served it. */
  readonly refused: (refusal: {
    readonly status: number;
    readonly reason: string;
    readonly remoteAddress: string;
  }) => void;
}
