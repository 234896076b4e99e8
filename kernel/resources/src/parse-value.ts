/**
 * The grammar of values in `--resources` and `--attributes`:
 *
 *     4.5            a scalar
 *     [1-2,5-6]      ranges, both ends included
 *     {a,b}          a set
 *     anything else  a text
 *
 * Spaces mean nothing. Error sentences are Mesos's (src/common/values.cpp).
 */
import type { Result } from "@tavola/base";
import type { Value } from "@tavola/protocol";
import { coalesceRanges } from "./ranges.ts";

/** Of text without a name before it. */
export function parseValue(text: string): Result<Value> {
  const packed = text.replaceAll(" ", "");
  if (packed === "") return { error: "Expecting non-empty string" };
  if (!["{}", "[]", "()"].every((pair) => isMatched(packed, pair))) {
    return { error: "Mismatched brackets" };
  }
  if (packed.startsWith("[")) return parseRanges(packed);
  if (packed.includes("[")) return { error: "Unexpected '[' found" };
  if (packed.startsWith("{")) {
    return { value: { type: "SET", set: { item: tokenize(packed, "{},\n") } } };
  }
  if (packed.includes("{")) return { error: "Unexpected '{' found" };
  return parseScalarOrText(packed);
}

/** The parts between any of the characters in `delimiters`, empty ones left out. */
export function tokenize(text: string, delimiters: string): string[] {
  const tokens: string[] = [];
  let token = "";
  for (const character of text) {
    if (!delimiters.includes(character)) {
      token += character;
      continue;
    }
    if (token !== "") tokens.push(token);
    token = "";
  }
  if (token !== "") tokens.push(token);
  return tokens;
}

function isMatched(text: string, pair: string): boolean {
  let open = 0;
  for (const character of text) {
    if (character === pair[0]) open += 1;
    if (character === pair[1]) open -= 1;
    if (open < 0) return false;
  }
  return open === 0;
}

function parseRanges(text: string): Result<Value> {
  const tokens = tokenize(text, "[]-,\n");
  if (tokens.length % 2 !== 0) return { error: 'Expecting one or more "ranges"' };
  const range: { begin: number; end: number }[] = [];
  for (let i = 0; i < tokens.length; i += 2) {
    const begin = parseNumber(tokens[i] ?? "");
    const end = parseNumber(tokens[i + 1] ?? "");
    if (!Number.isSafeInteger(begin) || !Number.isSafeInteger(end)) {
      return { error: `Expecting non-negative integers in '${tokens[i]}'` };
    }
    range.push({ begin, end });
  }
  return { value: { type: "RANGES", ranges: { range: coalesceRanges(range) } } };
}

/** Smallest double that is not subnormal. */
const normalMin = 2 ** -1022;

function parseScalarOrText(text: string): Result<Value> {
  const value = parseNumber(text);
  if (value !== 0 && Math.abs(value) < normalMin) {
    return { error: "Subnormal values not supported" };
  }
  if (Number.isFinite(value) && value >= 0) return { value: { type: "SCALAR", scalar: { value } } };
  return { value: { type: "TEXT", text: { value: text } } };
}

/** Decimal or hexadecimal; NaN when it is no number at all. */
function parseNumber(text: string): number {
  return /^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|0x[\da-f]+)$/i.test(text)
    ? Number(text)
    : Number.NaN;
}
