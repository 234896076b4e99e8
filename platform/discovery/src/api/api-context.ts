/**
 * What every route is given.
 */

import type { Clock, Logger, Metrics } from "@tavola/host";
import type { Directory } from "../shell/directory.ts";
import type { StoreLink } from "../shell/store-link.ts";

export interface ApiContext {
  readonly directory: Directory;
  readonly link: StoreLink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** This server's, without a slash at its end. */
  readonly url: string;
  readonly watchTimeoutMs: number;
  readonly watchersMax: number;
}
