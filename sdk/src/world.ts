/**
 * What the clients need of the world: the time, the network, dice, a log. Real unless told otherwise.
 */

import { type Random, seededRandom } from "@tavola/base";
import {
  type Clock,
  createHttpClient,
  type HttpClient,
  type Logger,
  silentLogger,
  systemClock,
} from "@tavola/host";

/** For tests and simulation; an author leaves it out. */
export interface ClientWorld {
  readonly clock?: Clock;
  /** One that is given is not closed by the client that uses it. */
  readonly http?: HttpClient;
  readonly random?: Random;
  /** Default: silent. */
  readonly logger?: Logger;
}

export interface OpenWorld {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly random: Random;
  readonly logger: Logger;
  /** Closes what was opened here. */
  close(): Promise<void>;
}

export function openWorld(given: ClientWorld = {}): OpenWorld {
  const http = given.http ?? createHttpClient();
  const clock = given.clock ?? systemClock();
  return {
    clock,
    http,
    random: given.random ?? seededRandom((clock.now() * 1000 + process.pid) % 2 ** 32),
    logger: given.logger ?? silentLogger,
    close: async () => {
      if (given.http === undefined) await http.close();
    },
  };
}
