/**
 * A message's body as a line that a person reading a failed seed can use.
 *
 * Knows the messages by their names; what it does not know, or cannot read, it gives in bytes.
 */

import {
  decodeMessage,
  formatMessageJson,
  internal,
  type MessageType,
  scheduler,
} from "@tavola/protocol";

const types: ReadonlyMap<string, MessageType<unknown>> = new Map(
  Object.values(internal).flatMap((value: unknown) =>
    isMessageType(value) ? [[value.typeName, value]] : [],
  ),
);

const textCharactersMax = 420;

export function readableMessage(name: string, body: Uint8Array): string {
  const type = types.get(name);
  return type === undefined ? `${body.length} bytes` : readable(type, body);
}

/** A record of a scheduler's event stream, or a call; both in protobuf. */
export function readableEvent(body: Uint8Array): string {
  return readable(scheduler.Event as MessageType<unknown>, body);
}

export function readableCall(body: Uint8Array): string {
  return readable(scheduler.Call as MessageType<unknown>, body);
}

function readable(type: MessageType<unknown>, body: Uint8Array): string {
  const { value } = decodeMessage(type, body);
  if (value === undefined) return `${body.length} bytes`;
  const text = formatMessageJson(type, value);
  return text.length > textCharactersMax ? `${text.slice(0, textCharactersMax)}…` : text;
}

function isMessageType(value: unknown): value is MessageType<unknown> {
  return typeof value === "object" && value !== null && "typeName" in value;
}
