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

function hex32(random: Random): string {
  return Math.floor(random.next() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, "0");
}

function hexNotZero(random: Random): string {
  const text = hex32(random);
  return text === "00000000" ? "00000001" : text;
}
