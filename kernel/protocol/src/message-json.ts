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
import { compileJsonWriter, type JsonWriter } from "./json-writer-compiler.ts";
import { encodingProblem } from "./message-problems.ts";
import type { MessageType } from "./message-type.ts";

const writers = new WeakMap<MessageType<unknown>, JsonWriter>();

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
 */
export function formatMessageJson<T>(type: MessageType<T>, value: T): string {
  try {
    return writerOf(type)(value);
  } catch (error) {
    const problem = encodingProblem(type, value);
    if (problem === undefined) throw error;
    throw new InvariantViolation(`Cannot write ${type.typeName} as JSON: ${problem}`);
  }
}

function writerOf(type: MessageType<unknown>): JsonWriter {
  let writer = writers.get(type);
  if (writer === undefined) {
    writer = compileJsonWriter(type, writerOf);
    writers.set(type, writer);
  }
  return writer;
}
