/** Durations, sizes, rates and counts as rules write them. Undefined: not one, or out of bounds. */

const msOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const bytesOf: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};
const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** `500ms`, `5s`, `1.5m`, `1h`: whole milliseconds from 1 to a day. */
export function parseDurationMs(text: string): number | undefined {
  const ms = Math.round(withUnit(text, msOf) ?? 0);
  return ms >= 1 && ms <= 24 * 3_600_000 ? ms : undefined;
}

/** `0`, `512B`, `10MB`, `1.5GiB`: whole bytes. */
export function parseBytes(text: string): number | undefined {
  if (text === "0") return 0;
  const bytes = Math.floor(withUnit(text, bytesOf) ?? -1);
  return bytes >= 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** `100`, `100/s`, `30/m`, `1000/h`: a second. */
export function parseRate(text: string): number | undefined {
  const [amount = "", unit = "s", ...rest] = text.split("/");
  const seconds = Object.hasOwn(secondsOf, unit) ? secondsOf[unit] : undefined;
  if (seconds === undefined || rest.length > 0 || !/^\d{1,9}(?:\.\d{1,3})?$/.test(amount)) {
    return undefined;
  }
  return Number(amount) > 0 ? Number(amount) / seconds : undefined;
}

/** A whole number within bounds. */
export function parseCount(text: string, least: number, most: number): number | undefined {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return count >= least && count <= most ? count : undefined;
}

function withUnit(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, amount, unit = ""] = /^(\d{1,12}(?:\.\d{1,6})?)([A-Za-z]+)$/.exec(text) ?? [];
  if (amount === undefined || !Object.hasOwn(units, unit)) return undefined;
  return Number(amount) * (units[unit] as number);
}
