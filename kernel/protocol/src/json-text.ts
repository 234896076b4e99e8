/**
 * JSON as text, where Mesos's differs from ECMAScript's: the words of its errors, 64-bit integers,
 * doubles that keep their point (`15.0`), escapes in capitals.
 */

import type { Result } from "@tavola/base";
import { describeSyntaxError } from "./json-syntax.ts";

/**
 * Any JSON value. An integer that a double does not hold exactly becomes a bigint. The error is what
 * Mesos says of such a text, without whatever its callers put before it.
 */
export function parseJson(text: string): Result<unknown> {
  try {
    return {
      value: mayHoldLargeIntegers.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text),
    };
  } catch {
    return { error: describeSyntaxError(text) };
  }
}

const mayHoldLargeIntegers = /\d{16}/;

function exactInteger(_key: string, value: unknown, context?: { readonly source?: string }) {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** Quotes a string. What is not well-formed UTF-16 becomes U+FFFD, as it does on the wire. */
export function quoteJson(text: string): string {
  const quoted = JSON.stringify(text);
  if (quoted.length === text.length + 2) return quoted;
  return JSON.stringify(text.toWellFormed()).replace(
    /\\(?:u([0-9a-f]{4})|.)/g,
    (sequence, hex: string | undefined) =>
      hex === undefined ? sequence : `\\u${hex.toUpperCase()}`,
  );
}

/**
 * The shortest text that reads back as the same double, always with a point or an exponent.
 *
 * Differs: infinities and NaN are quoted. Mesos writes them bare, which no JSON parser reads, though
 * it takes them quoted itself.
 */
export function formatDouble(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  if (!Number.isFinite(value)) return `"${text}"`;
  if (text.includes("e")) return text.replace("e+", "e");
  return text.includes(".") ? text : `${text}.0`;
}

/** An integer of up to 64 bits in all its digits. */
export function formatInteger(value: number | bigint): string {
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return String(value);
  return Number.isFinite(value) ? String(BigInt(Math.trunc(value))) : "0";
}

/** Why `text` is not base64, or its bytes. Space between the characters and padding are optional. */
export function decodeBase64(text: string): Result<Uint8Array> {
  const [digits = ""] = text.split("=", 1);
  const stranger = /[^A-Za-z0-9+/\s]/.exec(digits);
  if (stranger !== null) return { error: `Invalid character '${stranger[0]}'` };
  return { value: new Uint8Array(Buffer.from(digits, "base64")) };
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
