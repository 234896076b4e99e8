/**
 * Mesos's JSON both ways. STUB of signatures; replaced.
 */
import type { Result } from "@tavola/base";
import type { MessageType } from "./message-type.ts";

export function parseMessageJson<T>(_type: MessageType<T>, _text: string): Result<T> {
  throw new Error("not there yet");
}

export function messageFromJson<T>(_type: MessageType<T>, _json: unknown): Result<T> {
  throw new Error("not there yet");
}

export function formatMessageJson<T>(_type: MessageType<T>, _value: T): string {
  throw new Error("not there yet");
}
