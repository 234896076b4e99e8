/**
 * Durations and byte counts as Mesos writes them: `15secs`, `1.5mins`, `2GB`.
 *
 * Owns both directions. What is printed is the largest unit that loses nothing, as stout prints it,
 * so that `/flags` shows the same text as a Mesos would.
 */

import type { Result } from "@tavola/base";

const nsPerMs = 1_000_000;

/** Nanoseconds each, smallest first. */
const units = [
  ["ns", 1],
  ["us", 1_000],
  ["ms", 1_000_000],
  ["secs", 1_000_000_000],
  ["mins", 60_000_000_000],
  ["hrs", 3_600_000_000_000],
  ["days", 86_400_000_000_000],
  ["weeks", 604_800_000_000_000],
] as const;

/** Mesos keeps a duration as a signed 64-bit number of nanoseconds. */
const durationNsMax = 2 ** 63;

/** "15secs" to 15000: a decimal number and a unit, nothing between them. Comes out in ms. */
export function parseDuration(text: string): Result<number> {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([a-z]+)$/i.exec(text);
  const unit = units.find(([name]) => name === match?.[2]);
  if (match === null || unit === undefined) {
    return {
      error: `'${text}' is not a duration; expected a number and one of ${units.map(([name]) => name).join(", ")}, such as 15secs`,
    };
  }
  const ns = Math.round(Number(match[1]) * unit[1]);
  if (Math.abs(ns) >= durationNsMax) {
    return { error: `'${text}' is longer than the 292 years that a duration can hold` };
  }
  return { value: ns / nsPerMs };
}

/** 90000 to "1.5mins" unless a smaller unit says it in whole numbers: "90secs". */
export function formatDuration(ms: number): string {
  const ns = Math.round(Math.abs(ms) * nsPerMs);
  const sign = ms < 0 && ns > 0 ? "-" : "";
  let index = units.findLastIndex(([, size]) => ns >= size);
  if (index < 0) index = 0;
  const [, size] = units[index] ?? units[0];
  const smaller = units[index - 1];
  if (ns % size !== 0 && smaller !== undefined && ns % smaller[1] === 0) index -= 1;
  const [name, chosen] = units[index] ?? units[0];
  // 15 significant digits, which is what stout prints.
  return `${sign}${Number((ns / chosen).toPrecision(15))}${name}`;
}

const byteUnits = ["B", "KB", "MB", "GB", "TB"] as const;

/** "2GB" to 2147483648. Whole numbers only; the unit's case does not matter. */
export function parseBytes(text: string): Result<number> {
  const match = /^(\d+)([a-z]+)$/i.exec(text);
  const power = byteUnits.indexOf((match?.[2] ?? "").toUpperCase() as "B");
  if (match === null || power < 0) {
    return {
      error: `'${text}' is not a number of bytes; expected a whole number and one of ${byteUnits.join(", ")}, such as 64MB`,
    };
  }
  const bytes = Number(match[1]) * 1024 ** power;
  if (!Number.isSafeInteger(bytes)) return { error: `'${text}' is more than 8 PB` };
  return { value: bytes };
}

/** 65536 to "64KB"; 1000 to "1000B". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let power = 0;
  while (value !== 0 && value % 1024 === 0 && power < byteUnits.length - 1) {
    value /= 1024;
    power += 1;
  }
  return `${value}${byteUnits[power] ?? "B"}`;
}
