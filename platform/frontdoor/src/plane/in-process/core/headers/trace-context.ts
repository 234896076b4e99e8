/**
 * W3C Trace Context: a trace that came is passed on as it is, with its state; where none came, or one
 * that is malformed, a trace is begun, and a state without its parent is worth nothing.
 */

import type { Random } from "@tavola/base";

const versioned =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/;

/** A version that we know has nothing after its flags. */
export function isTraceParent(value: string): boolean {
  return versioned.test(value) && (value.length === 55 || !value.startsWith("00"));
}

export function beginTrace(random: Random): string {
  return `00-${hex32(random)}${hex32(random)}${hex32(random)}${hexNotZero(random)}-${hex32(random)}${hexNotZero(random)}-01`;
}

/**
 * PERF: four look-ups of two digits each, because every request without a trace begins one. A table of
 * four digits does not stay in a processor's nearer caches, and takes longer.
 */
function hex32(random: Random): string {
  const bits = Math.floor(random.next() * 0x1_0000_0000);
  const [a, b] = [digits[bits >>> 24] as string, digits[(bits >>> 16) & 0xff] as string];
  return a + b + (digits[(bits >>> 8) & 0xff] as string) + (digits[bits & 0xff] as string);
}

const digits: readonly string[] = Array.from({ length: 256 }, (_, value) =>
  value.toString(16).padStart(2, "0"),
);

function hexNotZero(random: Random): string {
  const text = hex32(random);
  return text === "00000000" ? "00000001" : text;
}
