/**
 * Calls of the v1 APIs as messages in an HTTP request, and messages as the answers: which format a
 * call comes in, which one is wanted back.
 *
 * The refusals are Mesos's, in its order and words; what a call means is its reader's business.
 */

import {
  decodeBody,
  encodeBody,
  formatOfMediaType,
  jsonType,
  type MessageFormat,
  type MessageType,
  mediaTypes,
  protobufType,
} from "@tavola/protocol";
import { acceptsMediaType } from "./accept-headers.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";
import { methodNotAllowed, textResponse } from "./http-router.ts";

/**
 * The call in a POST. Content types are compared to the letter, as in Mesos: that with a charset is
 * none. A refusal is 405, 400 or 415. Rejects with the errors of `request.body()`.
 */
export async function readCall<T>(
  request: HttpRequest,
  type: MessageType<T>,
): Promise<{ readonly call: T } | { readonly refusal: HttpResponse }> {
  if (request.method !== "POST") return { refusal: methodNotAllowed(["POST"], request.method) };
  const contentType = request.headers["content-type"];
  if (contentType === undefined) return refuse(400, "Expecting 'Content-Type' to be present");
  const format = formatOfMediaType(contentType);
  if (format === undefined) {
    return refuse(415, `Expecting 'Content-Type' of ${jsonType} or ${protobufType}`);
  }
  const decoded = decodeBody(type, format, await request.body());
  return decoded.error === undefined ? { call: decoded.value } : refuse(400, decoded.error);
}

function refuse(status: number, text: string): { readonly refusal: HttpResponse } {
  return { refusal: textResponse(status, text) };
}

/** JSON where it is acceptable, as in Mesos; undefined where neither format is. */
export function acceptedFormat({ headers: { accept } }: HttpRequest): MessageFormat | undefined {
  if (acceptsMediaType(accept, jsonType)) return "json";
  return acceptsMediaType(accept, protobufType) ? "protobuf" : undefined;
}

/** 406, where `acceptedFormat` found none. */
export function notAcceptable(): HttpResponse {
  return textResponse(406, `Expecting 'Accept' to allow '${protobufType}' or '${jsonType}'`);
}

export function messageResponse<T>(
  type: MessageType<T>,
  format: MessageFormat,
  message: T,
): HttpResponse {
  return {
    status: 200,
    headers: { "Content-Type": mediaTypes[format] },
    body: encodeBody(type, format, message),
  };
}
