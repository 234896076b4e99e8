/**
 * Messages put together from encoded pieces, in JSON or in protobuf, from one description.
 *
 * GET_STATE of a large cluster is megabytes, of which little changed since it was last asked for. The
 * pieces (a task, an agent, a framework) are kept encoded; a message around them is made by placing
 * them: in JSON between braces and commas, in protobuf behind a field number and a length.
 * What is placed is trusted to be of the field's type.
 */

import {
  encodeMessage,
  formatMessageJson,
  type MessageFormat,
  type MessageType,
} from "@tavola/protocol";
import { ByteRope, type Bytes } from "./byte-rope.ts";
import { jsonBytes, listRope, objectRope } from "./json-rope.ts";

export interface Encoding {
  encode<T>(type: MessageType<T>, value: T): Uint8Array;
  /**
   * A message of `type` with the fields of `plain` (which may be encoded already), and `placed` fields
   * whose values are encoded already. In JSON a placed empty list is shown as `[]`, as Mesos does in
   * its answers.
   */
  place<T>(
    type: MessageType<T>,
    plain: Partial<T> | Uint8Array,
    placed: Readonly<Record<string, Bytes | readonly Bytes[]>>,
  ): Bytes;
}

export const encodings: Readonly<Record<MessageFormat, Encoding>> = {
  json: {
    encode: (type, value) => jsonBytes(formatMessageJson(type, value)),
    place(type, plain, placed) {
      const members: Record<string, Bytes> = {};
      for (const [name, value] of Object.entries(placed)) {
        members[name] = isList(value) ? listRope(value) : value;
      }
      const encoded =
        plain instanceof Uint8Array ? plain : jsonBytes(formatMessageJson(type, plain as never));
      return objectRope(encoded, members);
    },
  },
  protobuf: {
    encode: encodeMessage,
    place(type, plain, placed) {
      const encoded = plain instanceof Uint8Array ? plain : encodeMessage(type, plain as never);
      const parts: Bytes[] = [encoded];
      for (const [name, value] of Object.entries(placed)) {
        const number = fieldNumber(type, name);
        for (const fragment of isList(value) ? value : [value]) {
          parts.push(lengthDelimitedHead(number, fragment.length), fragment);
        }
      }
      return new ByteRope(parts);
    },
  },
};

function isList(value: Bytes | readonly Bytes[]): value is readonly Bytes[] {
  return Array.isArray(value);
}

function fieldNumber<T>(type: MessageType<T>, name: string): number {
  const field = type.fields.find(([, fieldName]) => fieldName === name);
  if (field === undefined) throw new Error(`${type.typeName} has no field ${name}`);
  return field[0];
}

/** Tag and length of a field with wire type 2. */
function lengthDelimitedHead(number: number, length: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + 2), ...varint(length)]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
