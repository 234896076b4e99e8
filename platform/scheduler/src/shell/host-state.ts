/**
 * This scheduler as `GET /state` lists it among its like.
 */

import type { Instant } from "@tavola/base";
import type { HostState } from "../core/model/answers.ts";
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
    ...(link?.masterUrl === undefined ? {} : { mesosMaster: link.masterUrl }),
    ...(link?.lastOfferAt === undefined ? {} : { millisSinceLastOffer: now - link.lastOfferAt }),
  };
}
