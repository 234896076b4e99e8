/**
 * Which service of a split a request goes to: by weight, or where its cookie says it went before.
 *
 * The cookie holds a hash of the service's name, so that it survives changed weights and tells nobody
 * what services are called. A share of weight 0 gets nobody, also not who was there before.
 */

import type { Random } from "@tavola/base";
import type { Action, ServiceName } from "./rule.ts";

export type SplitAction = Extract<Action, { readonly kind: "split" }>;

export interface ChosenShare {
  readonly service: ServiceName;
  /** To be set in the answer, under `stickyCookie`; undefined: there is none, or the client has it. */
  readonly cookie: string | undefined;
}

/** `cookieValue`: what the request has under `stickyCookie`, if anything. */
export function chooseShare(
  { shares, stickyCookie }: SplitAction,
  random: Random,
  cookieValue: string | undefined,
): ChosenShare {
  if (stickyCookie !== undefined && cookieValue !== undefined) {
    const before = shares.find(({ service }) => stickyValue(service) === cookieValue);
    if (before !== undefined && before.weight > 0) {
      return { service: before.service, cookie: undefined };
    }
  }
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.next() * total;
  let chosen = shares[0] as SplitAction["shares"][number];
  for (const share of shares) {
    if (share.weight === 0) continue;
    chosen = share;
    left -= share.weight;
    if (left < 0) break;
  }
  const { service } = chosen;
  return { service, cookie: stickyCookie === undefined ? undefined : stickyValue(service) };
}

/** What the cookie of a service's clients holds: FNV-1a's 32 bits in hexadecimal digits. */
export function stickyValue(service: ServiceName): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(service)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}
