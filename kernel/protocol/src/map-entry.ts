/**
 * Maps: on the wire a list of entries, in memory a plain object.
 */

import type { Field } from "./message-type.ts";

/** Sets one entry. Not an assignment, because a key may be `__proto__`. */
export function setEntry(map: object, key: string, value: unknown): void {
  Object.defineProperty(map, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** What an entry without a value stands for. */
export function emptyValue(kind: Field[2]): unknown {
  if (typeof kind !== "string") return kind.form === "enum" ? Object.keys(kind.numbers)[0] : {};
  if (kind === "string") return "";
  if (kind === "bytes") return new Uint8Array();
  if (kind === "bool") return false;
  return kind === "bigint64" ? 0n : 0;
}
