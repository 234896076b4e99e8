/**
 * What every route is given.
 */

import type { Clock, Logger, Metrics } from "@tavola/host";
import type { Directory } from "../shell/directory.ts";
import type { OtherServers } from "../shell/other-servers.ts";
import type { StoreLink } from "../shell/store-link.ts";
import type { MesosDnsOptions } from "./mesos-dns-routes.ts";

export interface ApiContext {
  readonly directory: Directory;
  readonly link: StoreLink;
  readonly others: OtherServers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** This server's, without a slash at its end. */
  readonly url: string;
  readonly watchTimeoutMs: number;
  readonly watchersMax: number;
  /** What is answered below `/v1`. */
  readonly mesosDns: MesosDnsOptions;
}
