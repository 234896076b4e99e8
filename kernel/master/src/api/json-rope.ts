/**
 * Large JSON made of kept pieces: lists and objects whose items are encoded already.
 */

import { ByteRope, type Bytes } from "./byte-rope.ts";
import type { JsonText } from "./json-text.ts";

const comma = Buffer.from(",");
const open = Buffer.from("[");
const close = Buffer.from("]");
const braceOpen = Buffer.from("{");
const braceClose = Buffer.from("}");

export function jsonBytes(text: JsonText): Uint8Array {
  return Buffer.from(text);
}

export function listRope(items: Iterable<Bytes>): ByteRope {
  const parts: Bytes[] = [open];
  for (const item of items) {
    if (parts.length > 1) parts.push(comma);
    parts.push(item);
  }
  parts.push(close);
  return new ByteRope(parts);
}

/** Either a whole object that is encoded already, or members to be placed, by name. */
export type Members = Uint8Array | Readonly<Record<string, Bytes>>;

/** One object with the members of all, in order. No name may come twice. */
export function objectRope(...objects: readonly Members[]): ByteRope {
  const parts: Bytes[] = [braceOpen];
  const add = (...member: readonly Bytes[]): void => {
    if (parts.length > 1) parts.push(comma);
    parts.push(...member);
  };
  for (const object of objects) {
    if (!(object instanceof Uint8Array)) {
      for (const [name, value] of Object.entries(object)) {
        add(Buffer.from(`${JSON.stringify(name)}:`), value);
      }
    } else if (object.length > 2) {
      add(object.subarray(1, -1));
    }
  }
  parts.push(braceClose);
  return new ByteRope(parts);
}
