/**
 * The times of day that a recurrence rule names: hours × minutes × seconds, in order.
 *
 * They are not listed: a rule may name each of the 86,400 seconds. What is asked for is the first one
 * after a given second, or the one at a given place.
 */

import type { RecurrenceRule } from "./recurrence-text.ts";

type TimeLists = readonly [
  hours: readonly number[],
  minutes: readonly number[],
  seconds: readonly number[],
];

export class TimesOfDay {
  readonly #lists: TimeLists;

  private constructor(lists: TimeLists) {
    this.#lists = lists;
  }

  /** What the rule does not name is as in `startSecond`, the second of DTSTART's day. */
  static of({ byHour, byMinute, bySecond }: RecurrenceRule, startSecond: number): TimesOfDay {
    return new TimesOfDay([
      byHour ?? [Math.floor(startSecond / 3600)],
      byMinute ?? [Math.floor(startSecond / 60) % 60],
      bySecond ?? [startSecond % 60],
    ]);
  }

  /** The times within an hour, a minute or a second; `startSecond` is DTSTART's in it. */
  static within(
    { byMinute, bySecond }: RecurrenceRule,
    unitSeconds: number,
    startSecond: number,
  ): TimesOfDay {
    const minutes = unitSeconds < 3600 ? [0] : (byMinute ?? [Math.floor(startSecond / 60)]);
    const seconds = unitSeconds < 60 ? [0] : (bySecond ?? [startSecond % 60]);
    return new TimesOfDay([[0], minutes, seconds]);
  }

  get size(): number {
    const [hours, minutes, seconds] = this.#lists;
    return hours.length * minutes.length * seconds.length;
  }

  /** The second of the time at a place; places start with 0. */
  at(index: number): number {
    const [hours, minutes, seconds] = this.#lists;
    const second = seconds[index % seconds.length] ?? 0;
    const rest = Math.floor(index / seconds.length);
    const minute = minutes[rest % minutes.length] ?? 0;
    const hour = hours[Math.floor(rest / minutes.length)] ?? 0;
    return hour * 3600 + minute * 60 + second;
  }

  /** The first that is later than `second`. PERF: O(log size). */
  after(second: number): number | undefined {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.at(middle) > second) high = middle;
      else low = middle + 1;
    }
    return low < this.size ? this.at(low) : undefined;
  }
}
