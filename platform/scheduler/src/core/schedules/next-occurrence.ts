/**
 * From times on the wall to instants: what happens to a schedule when the clocks are changed.
 *
 * A schedule names times on the wall; most happen once a day, but each year an hour of them happens
 * twice and another hour never. Two kinds of schedule, two answers:
 *
 * - One that names *hours* ("at 02:30", "every second hour") does each time that it names exactly once:
 *   at its first showing where it is shown twice, and where clocks are put forward over it, as soon as
 *   they have been. Several times within what was skipped become one run.
 * - One that does *every hour* the same ("every 15 minutes", "at ten past") follows the time that
 *   passes: it goes on through the hour that is repeated, and leaves out what clocks never show.
 *
 * Every answer depends on the instant asked about and on nothing else, so a clock that is set forth
 * or back neither repeats nor holds back anything here; `nextRunAfter` in `schedule.ts` adds the memory.
 *
 * Differs: Quartz leaves both cases to Java's lenient calendar, which moves 02:30 to 03:30 and, where
 * 02:30 is shown twice, takes the second.
 */

import { hourMs } from "@tavola/base";
import { type WallMs, wallMs } from "./civil-time.ts";
import type { TimeZone } from "./time-zone.ts";

/** What a schedule says in terms of the wall. */
export interface WallCalendar {
  /** The first time of the schedule that is later than `wall`; whole seconds. `undefined`: none, ever. */
  nextAfter(wall: WallMs): WallMs | undefined;
}

export interface Occurrences {
  readonly calendar: WallCalendar;
  readonly zone: TimeZone;
  /** It does every hour the same. */
  readonly isEveryHour: boolean;
}

/** The first occurrence later than `after`. */
export function nextOccurrence(occurrences: Occurrences, after: number): number | undefined {
  return occurrences.isEveryHour
    ? nextOfEveryHour(occurrences, after)
    : nextOfNamedHours(occurrences, after);
}

function nextOfNamedHours({ calendar, zone }: Occurrences, after: number): number | undefined {
  const wall = calendar.nextAfter(lastDone(zone, after));
  if (wall === undefined) return undefined;
  return zone.instantsOf(wall)[0] ?? zone.changeOver(wall)?.at;
}

/** The last time on the wall whose occurrence is not later than `after`. */
function lastDone(zone: TimeZone, after: number): WallMs {
  const wall = zone.wallTimeAt(after);
  const [first = after] = zone.instantsOf(wall);
  if (first === after) return wall;
  // Shown for the second time: all of the repeated stretch was done when it was shown first.
  const change = zone.changeWithin(first, after);
  return change === undefined ? wall : wallMs(change.at + change.before - 1);
}

function nextOfEveryHour({ calendar, zone }: Occurrences, after: number): number | undefined {
  // A change of the clocks concerns what is next only if it comes first; the next day is looked at.
  const change = zone.changeWithin(after, after + 25 * hourMs);
  const direct = firstShown({ calendar, zone }, zone.wallTimeAt(after), after);
  if (change === undefined || (direct !== undefined && direct < change.at)) return direct;
  return firstShown({ calendar, zone }, wallMs(change.at + change.after - 1), change.at - 1);
}

/** Of the times later than `wall`, the first that clocks show, after `after`. */
function firstShown(
  { calendar, zone }: Pick<Occurrences, "calendar" | "zone">,
  wall: WallMs,
  after: number,
): number | undefined {
  const next = calendar.nextAfter(wall);
  if (next === undefined) return undefined;
  const shown = zone.instantsOf(next).find((at) => at > after);
  if (shown !== undefined) return shown;
  const change = zone.changeOver(next);
  if (change === undefined) return undefined;
  const later = calendar.nextAfter(wallMs(change.at + change.after - 1));
  return later === undefined ? undefined : zone.instantsOf(later).find((at) => at > after);
}
