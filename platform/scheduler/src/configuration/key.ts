/**
 * One setting's names in the configuration file, and how its value is read.
 *
 * A setting is read under its own name, in its own unit, and under Singularity's, in Singularity's unit.
 */

import { dayMs, hourMs, minuteMs, type Result, secondMs } from "@tavola/base";
import { decimal, list, mapOf, type Shape, text, truth, whole } from "../core/model/shape.ts";

/** Undefined: the value means that the setting is to be absent. */
export type Reader<V> = (json: unknown, path: string) => Result<V | undefined>;

export interface Key<V> {
  readonly own: Reader<V>;
  /** Paths from the top of the file. */
  readonly others: readonly { readonly path: string; readonly read: Reader<V> }[];
}

/** A key for each setting of a section: none can be forgotten. */
export type SectionKeys<T> = { readonly [K in keyof T]-?: Key<NonNullable<T[K]>> };

/** Read alike under each of its names. */
export function key<V>(shape: Pick<Shape<V>, "parse">, ...paths: readonly string[]): Key<V> {
  const read: Reader<V> = (json, path) => shape.parse(json, path);
  return { own: read, others: paths.map((path) => ({ path, read })) };
}

export const units = {
  seconds: secondMs,
  minutes: minuteMs,
  hours: hourMs,
  days: dayMs,
  ms: 1,
} as const;

/** A duration of our own in milliseconds, under Singularity's name in that unit. */
export function duration(path?: string, unit: keyof typeof units = "ms"): Key<number> {
  return atLeast(0, path, unit);
}

/** How often something is done, which must not be all the time. */
export function interval(path?: string, unit: keyof typeof units = "ms"): Key<number> {
  return atLeast(intervalMsMin, path, unit);
}

const intervalMsMin = 100;

function atLeast(ms: number, path: string | undefined, unit: keyof typeof units): Key<number> {
  const factor = units[unit];
  const own: Reader<number> = (json, at) => limited(decimal, ms, longestMs).parse(json, at);
  if (path === undefined) return { own, others: [] };
  const read: Reader<number> = (json, at) => {
    const parsed = limited(decimal, ms / factor, longestMs / factor).parse(json, at);
    return parsed.error === undefined ? { value: parsed.value * factor } : parsed;
  };
  return { own, others: [{ path, read }] };
}

/** A hundred years. */
const longestMs = 36_525 * dayMs;

/** As a duration; Singularity's 0 means never, which is ours being absent. */
export function durationOrNever(path: string, unit: keyof typeof units): Key<number> {
  const { own, others } = duration(path, unit);
  return { own: nonZero(own), others: others.map(({ read }) => ({ path, read: nonZero(read) })) };
}

/** A count of which Singularity's 0 means no limit. */
export function countOrNever(...paths: readonly string[]): Key<number> {
  const { own, others } = key(count, ...paths);
  return {
    own: nonZero(own),
    others: others.map(({ path, read }) => ({ path, read: nonZero(read) })),
  };
}

function nonZero(read: Reader<number>): Reader<number> {
  return (json, path) => {
    const parsed = read(json, path);
    return parsed.value === 0 ? { value: undefined } : parsed;
  };
}

function limited(shape: Shape<number>, min: number, max: number): Shape<number> {
  return {
    ...shape,
    parse(json, path) {
      const parsed = shape.parse(json, path);
      if (parsed.error !== undefined || (parsed.value >= min && parsed.value <= max)) return parsed;
      const limit = parsed.value < min ? `at least ${min}` : `at most ${max}`;
      return { error: `${path} must be ${limit}, not ${parsed.value}` };
    },
  };
}

export const count = limited(whole, 0, Number.MAX_SAFE_INTEGER);
export const positive = limited(whole, 1, Number.MAX_SAFE_INTEGER);
/** Of an id: the longest of them together are still the key of a record. */
export const idSize = limited(whole, 1, 500);
export const amount = limited(decimal, 0, Number.MAX_SAFE_INTEGER);
/** Between two checks; not none. */
export const seconds = limited(decimal, intervalMsMin / secondMs, longestMs / secondMs);
export const share = limited(decimal, 0, 1);
export const texts = list(text);
export const textMap = mapOf(text);
const nameCharactersMax = 255;
/** Of what something is filed under. */
export const name: Pick<Shape<string>, "parse"> = {
  parse(json, path) {
    const parsed = text.parse(json, path);
    if (parsed.error !== undefined) return parsed;
    const { length } = parsed.value;
    if (length >= 1 && length <= nameCharactersMax) return parsed;
    return { error: `${path} must have 1 to ${nameCharactersMax} characters, not ${length}` };
  },
};
export { text, truth };
