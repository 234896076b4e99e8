/**
 * What the clients need of the world: the time, the network, dice, a log. Real unless told otherwise.
 */

import type { Random } from "@tavola/base";
import { openCoordination } from "@tavola/coordination";
import {
  type Clock,
  createHttpClient,
  type HttpClient,
  type Logger,
  silentLogger,
  systemClock,
  systemRandom,
} from "@tavola/host";
import type { OpenStore } from "./stored-leader.ts";

/** For tests and simulation; an author leaves it out. */
export interface ClientWorld {
  readonly clock?: Clock;
  /** One that is given is not closed by the client that uses it. */
  readonly http?: HttpClient;
  readonly random?: Random;
  /** Default: silent. */
  readonly logger?: Logger;
  /** How the store is opened in which the masters meet. */
  readonly openStore?: OpenStore;
}

export interface OpenWorld {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly random: Random;
  readonly logger: Logger;
  readonly openStore: OpenStore;
  /** Closes what was opened here. */
  close(): Promise<void>;
}

export function openWorld(given: ClientWorld = {}): OpenWorld {
  const http = given.http ?? createHttpClient();
  return {
    clock: given.clock ?? systemClock(),
    http,
    random: given.random ?? systemRandom(),
    logger: given.logger ?? silentLogger,
    openStore: given.openStore ?? openCoordination,
    close: async () => {
      if (given.http === undefined) await http.close();
    },
  };
}
