/**
 * Time zones: what the clocks on the wall show at an instant, and when a clock shows a given time.
 *
 * The rules are those of the time zone database inside Node (`Intl`), asked once for each stretch of
 * about a year and then kept: a zone is a list of the instants at which its clocks are changed.
 * Names are Java's, because that is what Singularity's requests hold: IANA's names, the short ones of
 * old (EST, PST), and `GMT+2`, `GMT+02:00`, `UTC-5`.
 *
 * What a schedule makes of a time that happens twice or never is not decided here
 * (`next-occurrence.ts`).
 */

import { dayMs, hourMs, minuteMs, type Result, secondMs } from "@tavola/base";
import { type WallMs, wallMs, wallTimeOf } from "./civil-time.ts";

/** Clocks are changed at `at`: wall time was `at + before`, and is `at + after` from then on. */
export interface ClockChange {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** About thirteen months. */
const stretchMs = 2 ** 35;
/** Between two looks: 6.2 days. No zone changes its clocks forth and back within that. */
const sampleMs = stretchMs / 64;

export class TimeZone {
  readonly id: string;
  readonly #readOffset: (at: number) => number;
  readonly #stretches = new Map<number, { first: number; changes: readonly ClockChange[] }>();

  constructor(id: string, readOffset: (at: number) => number) {
    this.id = id;
    this.#readOffset = readOffset;
  }

  /** Milliseconds that the wall is ahead of UTC. PERF: constant, but for the first look at a year. */
  offsetAt(at: number): number {
    const { first, changes } = this.#stretch(Math.floor(at / stretchMs));
    let offset = first;
    for (const change of changes) if (change.at <= at) offset = change.after;
    return offset;
  }

  wallTimeAt(at: number): WallMs {
    return wallMs(at + this.offsetAt(at));
  }

  /** The first change of the clocks after `after`, and not after `until`. */
  changeWithin(after: number, until: number): ClockChange | undefined {
    const last = Math.floor(until / stretchMs);
    for (let index = Math.floor(after / stretchMs); index <= last; index++) {
      const change = this.#stretch(index).changes.find(({ at }) => at > after);
      if (change !== undefined) return change.at <= until ? change : undefined;
    }
    return undefined;
  }

  /** When clocks show this: once, twice (oldest first) or, where clocks are put forward over it, never. */
  instantsOf(wall: WallMs): readonly number[] {
    const before = this.offsetAt(wall - dayMs);
    const after = this.offsetAt(wall + dayMs);
    const offsets =
      before === after ? [before] : [Math.max(before, after), Math.min(before, after)];
    return offsets
      .map((offset) => ({ at: wall - offset, offset }))
      .filter(({ at, offset }) => this.offsetAt(at) === offset)
      .map(({ at }) => at);
  }

  /** The change of the clocks that goes over `wall`, which no clock shows. */
  changeOver(wall: WallMs): ClockChange | undefined {
    return this.changeWithin(wall - this.offsetAt(wall + dayMs) - 1, wall + dayMs);
  }

  #stretch(index: number): { first: number; changes: readonly ClockChange[] } {
    const known = this.#stretches.get(index);
    if (known !== undefined) return known;
    const start = index * stretchMs;
    const first = this.#readOffset(start);
    const changes: ClockChange[] = [];
    let offset = first;
    for (let at = start + sampleMs; at <= start + stretchMs; at += sampleMs) {
      // The last millisecond of the stretch belongs to it, the first of the next one does not.
      const upTo = Math.min(at, start + stretchMs - 1);
      const now = this.#readOffset(upTo);
      if (now === offset) continue;
      changes.push({ at: this.#changeBetween(at - sampleMs, upTo), before: offset, after: now });
      offset = now;
    }
    const stretch = { first, changes };
    this.#stretches.set(index, stretch);
    return stretch;
  }

  #changeBetween(from: number, to: number): number {
    const offset = this.#readOffset(from);
    let low = from;
    let high = to;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#readOffset(middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }
}

const zones = new Map<string, TimeZone>();

/** An unknown name is refused with Singularity's sentence. Zones are made once and shared. */
export function timeZoneOf(id: string): Result<TimeZone> {
  const known = zones.get(id);
  if (known !== undefined) return { value: known };
  const readOffset = fixedOffsetOf(id) ?? zoneOffsetReader(id);
  if (readOffset === undefined) {
    return {
      error: `scheduleTimeZone ${id} does not map to a valid Java TimeZone object (e.g. 'US/Eastern' or 'GMT')`,
    };
  }
  const zone = new TimeZone(id, readOffset);
  zones.set(id, zone);
  return { value: zone };
}

function fixedOffsetOf(id: string): ((at: number) => number) | undefined {
  if (id === "UTC" || id === "GMT" || id === "Z") return () => 0;
  const match = /^(?:GMT|UTC|UT)([+-])(\d{1,2})(?::?([0-5]\d))?$/.exec(id);
  if (match === null) return undefined;
  const [, sign, hours, minutes] = match;
  if (Number(hours) > 23) return undefined;
  const offset = Number(hours) * hourMs + Number(minutes ?? 0) * minuteMs;
  return () => (sign === "-" ? -offset : offset);
}

function zoneOffsetReader(timeZone: string): ((at: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return (at) => {
    const whole = Math.floor(at / secondMs) * secondMs;
    const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] =
      format.format(whole).match(/\d+/g)?.map(Number) ?? [];
    return wallTimeOf({ year, month, day }, hour, minute, second) - whole;
  };
}
