/**
 * Protobuf both ways.
 *
 * Codecs are compiled from the tables of message-type.ts when a type is first met, so that a command
 * that touches three messages pays for three. proto2's presence is kept: what is set is written, be
 * it the default or not, and what is absent stays absent. Fields are written in ascending order, maps
 * in the order of their keys in memory, so equal messages are equal bytes and what Mesos wrote is
 * written again as it was.
 *
 * A decoder believes nothing: its error names the field. An encoder trusts its caller: a message that
 * cannot be encoded is a bug of ours.
 */

import { InvariantViolation, type Result } from "@tavola/base";
import { compileDecoder, type Decoder } from "./decoder-compiler.ts";
import { compileEncoder, type Encoder } from "./encoder-compiler.ts";
import { encodingProblem } from "./message-problems.ts";
import type { MessageType } from "./message-type.ts";
import { decodePlainly } from "./plain-decoder.ts";
import { unreadable, WireReader } from "./wire-reader.ts";
import { WireWriter } from "./wire-writer.ts";

const writer = new WireWriter();
const reader = new WireReader();
const encoders = new WeakMap<MessageType<unknown>, Encoder>();
const decoders = new WeakMap<MessageType<unknown>, Decoder>();

/**
 * Reads one message. Nothing in it refers to `bytes` afterwards. Strings that are not UTF-8 get
 * U+FFFD in place of what is not. Two fields of bytes that say the same may be one array: nobody
 * changes what was read.
 *
 * The error is one sentence: `Cannot decode mesos.v1.Offer: required field 'id.value' is missing`.
 */
export function decodeMessage<T>(type: MessageType<T>, bytes: Uint8Array): Result<T> {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  reader.begin(buffer);
  try {
    return { value: decoderOf(type)(buffer, 0, buffer.length, 0) as T };
  } catch (error) {
    if (error !== unreadable) throw error;
    return decodePlainly(type, buffer) as Result<T>;
  } finally {
    reader.end();
  }
}

/** Writes one message. Throws, naming the field, when a required one is missing or one is misfit. */
export function encodeMessage<T>(type: MessageType<T>, value: T): Uint8Array {
  let end: number;
  try {
    end = encoderOf(type)(value, 0);
  } catch (error) {
    const problem = encodingProblem(type, value);
    if (problem === undefined) throw error;
    throw new InvariantViolation(`Cannot encode ${type.typeName}: ${problem}`);
  }
  return writer.take(end);
}

function encoderOf(type: MessageType<unknown>): Encoder {
  let encoder = encoders.get(type);
  if (encoder === undefined) {
    encoder = compileEncoder(type, writer, encoderOf);
    encoders.set(type, encoder);
  }
  return encoder;
}

function decoderOf(type: MessageType<unknown>): Decoder {
  let decoder = decoders.get(type);
  if (decoder === undefined) {
    decoder = compileDecoder(type, reader, decoderOf);
    decoders.set(type, decoder);
  }
  return decoder;
}
