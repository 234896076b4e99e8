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
import { joinObjects, jsonArray, jsonObject } from "./json-text.ts";

/** One encoded message: text in JSON, bytes in protobuf. */
export interface FragmentOf {
  readonly json: string;
  readonly protobuf: Uint8Array;
}

/** One way of encoding; `F` is "json" or "protobuf". */
export interface Encoding<F extends MessageFormat> {
  readonly format: F;
  encode<T>(type: MessageType<T>, value: T): FragmentOf[F];
  /**
   * A message of `type` with the fields of `plain`, and `placed` fields whose values are encoded
   * already. In JSON a placed empty list is shown as `[]`, as Mesos does in its answers.
   */
  place<T>(
    type: MessageType<T>,
    plain: Partial<T>,
    placed: Readonly<Record<string, FragmentOf[F] | readonly FragmentOf[F][]>>,
  ): FragmentOf[F];
}

export const jsonEncoding: Encoding<"json"> = {
  format: "json",
  encode: formatMessageJson,
  place(type, plain, placed) {
    const fields: Record<string, string> = {};
    for (const [name, value] of Object.entries(placed)) {
      fields[name] = typeof value === "string" ? value : jsonArray(value);
    }
    return joinObjects(formatMessageJson(type, plain as never), jsonObject(fields));
  },
};

export const protobufEncoding: Encoding<"protobuf"> = {
  format: "protobuf",
  encode: encodeMessage,
  place(type, plain, placed) {
    const parts: Uint8Array[] = [encodeMessage(type, plain as never)];
    for (const [name, value] of Object.entries(placed)) {
      const number = fieldNumber(type, name);
      for (const fragment of value instanceof Uint8Array ? [value] : value) {
        parts.push(lengthDelimitedHead(number, fragment.length), fragment);
      }
    }
    return Buffer.concat(parts);
  },
};

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
