/**
 * Points in time and the units of durations.
 *
 * Pure code is given the time; it never asks for it. An `Instant` counts milliseconds since the Unix
 * epoch, fractions allowed. Durations are plain numbers of milliseconds whose name ends in `Ms`.
 */

declare const instantBrand: unique symbol;

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly [instantBrand]: true };

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
export const weekMs = 7 * dayMs;

export function instant(epochMs: number): Instant {
  return epochMs as Instant;
}

export function later(from: Instant, byMs: number): Instant {
  return (from + byMs) as Instant;
}

/** Seconds since the epoch as a double, which is how Mesos writes most times. */
export function epochSecondsOf(at: Instant): number {
  return at / 1000;
}
