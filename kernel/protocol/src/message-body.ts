/**
 * A message as the body of an HTTP request or response, in either format, with Mesos's words for a
 * body that cannot be read.
 */

import type { Result } from "@tavola/base";
import { parseJson } from "./json-text.ts";
import type { MessageFormat } from "./media-types.ts";
import { decodeMessage, encodeMessage } from "./message-codec.ts";
import { formatMessageJson, messageFromJson } from "./message-json.ts";
import type { MessageType } from "./message-type.ts";

/** The error is the text of a 400 response. */
export function decodeBody<T>(
  type: MessageType<T>,
  format: MessageFormat,
  body: Uint8Array,
): Result<T> {
  const name = type.typeName.slice(type.typeName.lastIndexOf(".") + 1);
  if (format === "protobuf") {
    const message = decodeMessage(type, body);
    if (message.error === undefined) return message;
    return { error: `Failed to parse body into ${name} protobuf` };
  }
  const json = parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  if (json.error !== undefined) return { error: `Failed to parse body into JSON: ${json.error}` };
  const message = messageFromJson(type, json.value);
  if (message.error === undefined) return message;
  return { error: `Failed to convert JSON into ${name} protobuf: ${message.error}` };
}

export function encodeBody<T>(type: MessageType<T>, format: MessageFormat, message: T): Uint8Array {
  return format === "protobuf"
    ? encodeMessage(type, message)
    : Buffer.from(formatMessageJson(type, message));
}
