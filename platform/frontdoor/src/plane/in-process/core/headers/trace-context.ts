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

/** PERF: two look-ups of four digits each, because every request without a trace begins one. */
function hex32(random: Random): string {
  const bits = Math.floor(random.next() * 0x1_0000_0000);
  return (fourDigits[bits >>> 16] as string) + (fourDigits[bits & 0xffff] as string);
}

const fourDigits: readonly string[] = Array.from({ length: 0x1_0000 }, (_, value) =>
  value.toString(16).padStart(4, "0"),
);

function hexNotZero(random: Random): string {
  const text = hex32(random);
  return text === "00000000" ? "00000001" : text;
}
