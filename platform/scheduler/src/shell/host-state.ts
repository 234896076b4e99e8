/**
 * This scheduler as `GET /state` lists it among its like.
 */

import type { Instant } from "@tavola/base";
import type { HostState } from "../core/model/answers.ts";
import type { OfferedAgent } from "../core/placement/offer-cache.ts";
import type { Leading } from "./leading.ts";

export interface HostStateInput {
  readonly leading: Leading | undefined;
  readonly url: string;
  readonly startedAt: Instant;
  readonly now: Instant;
}

export function hostState({ leading, url, startedAt, now }: HostStateInput): HostState {
  const { hostname, host } = new URL(url);
  const link = leading?.engine.state.link;
  const offers = leading?.engine.state.offers;
  return {
    master: leading !== undefined,
    uptime: now - startedAt,
    driverStatus: link?.connected === true ? "DRIVER_RUNNING" : "DRIVER_NOT_STARTED",
    hostAddress: host,
    hostname,
    mesosConnected: link?.connected === true,
    offerCacheSize: offers?.size ?? 0,
    ...freeOf(offers?.agents() ?? []),
    ...(link?.master === undefined ? {} : { mesosMaster: link.master }),
    ...(link?.lastOfferAt === undefined ? {} : { millisSinceLastOffer: now - link.lastOfferAt }),
  };
}

/** PERF: O(agents that are offered). */
function freeOf(agents: Iterable<OfferedAgent>) {
  let cpusMilli = 0;
  let memoryMbMilli = 0;
  for (const { pools } of agents) {
    for (const pool of pools.values()) {
      cpusMilli += pool.cpusMilli;
      memoryMbMilli += pool.memoryMbMilli;
    }
  }
  return { availableCachedCpus: cpusMilli / 1000, availableCachedMemory: memoryMbMilli / 1000 };
}
