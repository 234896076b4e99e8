/**
 * Mesos's JSON both ways. It is not proto3's: snake_case names, enums by name, bytes in base64, 64-bit
 * integers as numbers, unset fields with defaults written out.
 *
 * Owns the conversion between messages and JSON; what an API puts before an error ("Failed to convert
 * JSON into Call protobuf: ") is in message-body.ts.
 */

import { InvariantViolation, type Result } from "@tavola/base";
import { readMessageJson } from "./json-reader.ts";
import { parseJson } from "./json-text.ts";
import { compileJsonWriter, type JsonNames, type JsonWriter } from "./json-writer-compiler.ts";
import { encodingProblem } from "./message-problems.ts";
import type { MessageType } from "./message-type.ts";

const writers: Readonly<Record<JsonNames, WeakMap<MessageType<unknown>, JsonWriter>>> = {
  v1: new WeakMap(),
  v0: new WeakMap(),
};

/** Reads a message from JSON text; the error is that of `parseJson` or of `messageFromJson`. */
export function parseMessageJson<T>(type: MessageType<T>, text: string): Result<T> {
  const json = parseJson(text);
  return json.error === undefined ? messageFromJson(type, json.value) : json;
}

/**
 * Makes a message of a parsed JSON value, which stays as it is. The error is worded by Mesos:
 * `Missing required fields: subscribe.framework_info.user`.
 */
export function messageFromJson<T>(type: MessageType<T>, json: unknown): Result<T> {
  return readMessageJson(type, json) as Result<T>;
}

/**
 * Writes a message as one line of JSON. Throws, naming the field, when a required one is missing or
 * one is not what its type says.
 *
 * An empty list or map is written as empty; leave the key away where Mesos writes nothing.
 */
export function formatMessageJson<T>(type: MessageType<T>, value: T): string {
  return format(type, "v1", value);
}

/** The same with the names of the unversioned protocol: `slave_id`, `REASON_SLAVE_REMOVED`. */
export function formatV0MessageJson<T>(type: MessageType<T>, value: T): string {
  return format(type, "v0", value);
}

function format(type: MessageType<unknown>, names: JsonNames, value: unknown): string {
  try {
    return writerOf(type, names)(value);
  } catch (error) {
    const problem = encodingProblem(type, value);
    if (problem === undefined) throw error;
    throw new InvariantViolation(`Cannot write ${type.typeName} as JSON: ${problem}`);
  }
}

function writerOf(type: MessageType<unknown>, names: JsonNames): JsonWriter {
  let writer = writers[names].get(type);
  if (writer === undefined) {
    writer = compileJsonWriter(type, names, (nested) => writerOf(nested, names));
    writers[names].set(type, writer);
  }
  return writer;
}
