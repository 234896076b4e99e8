/**
 * What an operator's graphs show of a discovery server, read when somebody asks.
 */

import type { Clock, Metrics } from "@tavola/host";
import type { Directory } from "./directory.ts";
import type { StoreLink } from "./store-link.ts";

export function addDiscoveryMetrics(
  metrics: Metrics,
  { directory, link, clock }: { directory: Directory; link: StoreLink; clock: Clock },
): void {
  const { catalogue, watchers } = directory;
  const gauges: Readonly<Record<string, () => number>> = {
    announcements: () => catalogue.size,
    services: () => [...catalogue.types()].length,
    index: () => catalogue.index,
    watchers: () => watchers.size,
    servers: () => link.servers.length,
    calls_waiting: () => link.waitingCalls,
    /** 1 while answers are what was known before the store went away. */
    stale: () => (link.staleSince === undefined ? 0 : 1),
    stale_seconds: () =>
      link.staleSince === undefined ? 0 : Math.max(0, clock.now() - link.staleSince) / 1000,
  };
  for (const [name, read] of Object.entries(gauges)) metrics.gauge(`discovery/${name}`, read);
  for (const name of ["renewals", "announced", "withdrawn", "expired", "batches_written"]) {
    metrics.counter(`discovery/${name}`);
  }
}
