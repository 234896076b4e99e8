/**
 * Protobuf both ways. STUB of signatures; replaced by the compiled codec.
 */
import type { Result } from "@tavola/base";
import type { MessageType } from "./message-type.ts";

export function decodeMessage<T>(_type: MessageType<T>, _bytes: Uint8Array): Result<T> {
  throw new Error("not there yet");
}

export function encodeMessage<T>(_type: MessageType<T>, _value: T): Uint8Array {
  throw new Error("not there yet");
}
