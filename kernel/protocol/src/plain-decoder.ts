/**
 * Protobuf decoding without haste: all of proto2's rules, and errors that say where.
 *
 * It reads whatever the compiled decoder gives up on: messages that come in pieces to be merged, map
 * entries without key or value, and everything that is wrong. It is also what the compiled decoder is
 * tested against.
 */

import type { Result } from "@tavola/base";
import { emptyValue, setEntry } from "./map-entry.ts";
import { missingFields } from "./message-problems.ts";
import { type Field, type MessageType, oneofSiblings, type ScalarKind } from "./message-type.ts";
import { depthMax, unreadable, WireReader } from "./wire-reader.ts";

const reader = new WireReader();

/** What a decoder stumbled over. Never leaves this module. */
class Malformed {
  readonly problem: string;
  constructor(problem: string) {
    this.problem = problem;
  }
}

/** The error is a sentence that names the type and the path of the field. */
export function decodePlainly(type: MessageType<unknown>, bytes: Buffer): Result<unknown> {
  const message: Message = {};
  try {
    readMessage(message, type, { bytes, at: 0, end: bytes.length }, "", 0);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { error: `Cannot decode ${type.typeName}: ${error.problem}` };
  }
  const missing = missingFields(type, message);
  if (missing.length === 0) return { value: message };
  const list = missing.map((path) => `'${path}'`).join(", ");
  const text = missing.length === 1 ? "required field" : "required fields";
  const verb = missing.length === 1 ? "is" : "are";
  return { error: `Cannot decode ${type.typeName}: ${text} ${list} ${verb} missing` };
}

type Message = Record<string, unknown>;

/** A message's bytes and how far they are read. */
interface Input {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;
}

/** Reads all of `input` into `message`, which may hold an earlier piece of the same. */
function readMessage(
  message: Message,
  type: MessageType<unknown>,
  input: Input,
  prefix: string,
  depth: number,
): void {
  if (depth > depthMax) throw new Malformed(`${subject(prefix)} is nested too deeply`);
  const fields = new Map(type.fields.map((field) => [field[0], field]));
  while (input.at < input.end) {
    const tag = readWith(input, subject(prefix), () =>
      reader.prefix(input.bytes, input.at, input.end),
    );
    const field = fields.get(tag >>> 3);
    if (field === undefined || !suits(field, tag & 7)) {
      skip(input, tag, subject(prefix), depth);
    } else {
      readField(message, field, tag & 7, input, prefix, depth);
      if (field[4]?.oneof !== undefined && message[field[1]] !== undefined)
        for (const [, sibling] of oneofSiblings(type, field)) delete message[sibling];
    }
  }
}

/** Whether a value of the wire type can be one of the field; if not it counts as unknown. */
function suits(field: Field, wireType: number): boolean {
  const own = wireTypeOf(field[2]);
  return wireType === own || (wireType === 2 && field[3] === "repeated" && own !== 2);
}

function wireTypeOf(kind: Field[2]): number {
  if (typeof kind !== "string") return kind.form === "enum" ? 0 : 2;
  if (kind === "double") return 1;
  return kind === "string" || kind === "bytes" ? 2 : 0;
}

function readField(
  message: Message,
  field: Field,
  wireType: number,
  input: Input,
  prefix: string,
  depth: number,
): void {
  const [, name, kind, label] = field;
  const path = prefix + name;
  if (label === "map") {
    readMapEntry(message, field, input, path, depth);
  } else if (label === "repeated") {
    const packed = wireType !== wireTypeOf(kind);
    const list = (message[name] ?? []) as unknown[];
    const from = packed ? readSlice(input, path) : input;
    do {
      if (packed && from.at === from.end) break;
      const value = readValue(kind, from, `${path}[${list.length}]`, depth, undefined);
      if (value !== undefined) list.push(value);
    } while (packed);
    // An unknown enum value alone is as if the field had not been there; an empty packed list was.
    if (packed || list.length > 0) message[name] = list;
  } else {
    const value = readValue(kind, input, path, depth, message[name]);
    if (value !== undefined) message[name] = value;
  }
}

/** undefined for an unknown value of an enum. A message is merged into `earlier` if that is given. */
function readValue(
  kind: Field[2],
  input: Input,
  path: string,
  depth: number,
  earlier: unknown,
): unknown {
  if (typeof kind === "string") return readScalar(kind, input, path);
  if (kind.form === "enum") {
    const number = readScalar("int32", input, path);
    return Object.keys(kind.numbers).find((name) => kind.numbers[name] === number);
  }
  const message = (earlier ?? {}) as Message;
  readMessage(message, kind, readSlice(input, path), `${path}.`, depth + 1);
  return message;
}

function readMapEntry(
  message: Message,
  [, name, kind]: Field,
  input: Input,
  path: string,
  depth: number,
): void {
  const entryType: MessageType<unknown> = {
    form: "message",
    typeName: `${path} entry`,
    fields: [
      [1, "key", "string", "optional"],
      [2, "value", kind, "optional"],
    ],
  };
  const entry: Message = {};
  readMessage(entry, entryType, readSlice(input, path), `${path}.`, depth + 1);
  message[name] ??= {};
  const key = (entry["key"] as string | undefined) ?? "";
  setEntry(message[name] as object, key, entry["value"] ?? emptyValue(kind));
}

function readScalar(kind: ScalarKind, input: Input, path: string): unknown {
  const { bytes } = input;
  if (kind === "string" || kind === "bytes") {
    const slice = readSlice(input, path);
    return kind === "string"
      ? bytes.toString("utf8", slice.at, slice.end)
      : reader.blob(bytes, slice.at, slice.end);
  }
  if (kind !== "double")
    return readWith(input, `field '${path}'`, () => reader[kind](bytes, input.at, input.end));
  if (input.at + 8 > input.end) throw new Malformed(`field '${path}' is cut off`);
  input.at += 8;
  return bytes.readDoubleLE(input.at - 8);
}

/** The bytes of a length-delimited value; the input then stands behind them. */
function readSlice(input: Input, path: string): Input {
  const { bytes, end } = input;
  const length = readWith(input, `field '${path}'`, () => reader.prefix(bytes, input.at, end));
  if (length > end - input.at)
    throw new Malformed(`field '${path}' has ${length} bytes, only ${end - input.at} are there`);
  const at = input.at;
  input.at += length;
  return { bytes, at, end: input.at };
}

function skip(input: Input, tag: number, what: string, depth: number): void {
  try {
    input.at = reader.skip(input.bytes, tag, input.at, input.end, depth);
  } catch (error) {
    if (error !== unreadable) throw error;
    throw new Malformed(`${what} has a malformed or cut off field ${tag >>> 3}`);
  }
}

function readWith<T>(input: Input, what: string, read: () => T): T {
  try {
    const value = read();
    input.at = reader.at;
    return value;
  } catch (error) {
    if (error !== unreadable) throw error;
    throw new Malformed(`${what} is malformed or cut off at byte ${input.at}`);
  }
}

function subject(prefix: string): string {
  return prefix === "" ? "the message" : `field '${prefix.slice(0, -1)}'`;
}
