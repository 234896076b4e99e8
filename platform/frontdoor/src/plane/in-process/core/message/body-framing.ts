/**
 * Where a body ends (RFC 9112 6.3), read more strictly than written there: whatever says it twice, or
 * in words that somebody else may read otherwise, is refused.
 */

import type { FieldList } from "./field-list.ts";

export type BodyFraming =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  /** Of answers only. */
  | { readonly kind: "until-close" };

export const noBody: BodyFraming = { kind: "none" };
export const chunkedBody: BodyFraming = { kind: "chunked" };
const untilClose: BodyFraming = { kind: "until-close" };

/** Whether bytes, or at least chunks, follow a head. */
export function hasBody(framing: BodyFraming): boolean {
  return framing.kind === "length" ? framing.bytes > 0 : framing.kind !== "none";
}

export type FramingError = { readonly error: string };

interface FramingFields {
  readonly length: string | undefined;
  readonly coding: string | undefined;
}

/** 15 digits are below 2^53. */
const wholeNumber = /^[0-9]{1,15}$/;

function framingFields(fields: FieldList): FramingFields | FramingError {
  let length: string | undefined;
  let coding: string | undefined;
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at];
    if (name === "content-length") {
      if (length !== undefined) return { error: "Content-Length twice" };
      length = fields[at + 1] as string;
      if (!wholeNumber.test(length)) return { error: "Content-Length is not a whole number" };
    } else if (name === "transfer-encoding") {
      if (coding !== undefined) return { error: "Transfer-Encoding twice" };
      coding = (fields[at + 1] as string).toLowerCase();
    }
  }
  return { length, coding };
}

/** A length of 0 is "length", not "none": it is handed on as it came. */
export function requestFraming(fields: FieldList, minorVersion: 0 | 1): BodyFraming | FramingError {
  const read = framingFields(fields);
  if ("error" in read) return read;
  const { length, coding } = read;
  if (coding !== undefined) {
    if (length !== undefined) return { error: "both Content-Length and Transfer-Encoding" };
    if (minorVersion === 0) return { error: "Transfer-Encoding in HTTP/1.0" };
    if (coding !== "chunked") return { error: "a Transfer-Encoding other than chunked" };
    return chunkedBody;
  }
  return length === undefined ? noBody : { kind: "length", bytes: Number(length) };
}

export function responseFraming(
  fields: FieldList,
  answer: { readonly status: number; readonly method: string; readonly minorVersion: 0 | 1 },
): BodyFraming | FramingError {
  const read = framingFields(fields);
  if ("error" in read) return read;
  const { length, coding } = read;
  if (coding !== undefined && length !== undefined) {
    return { error: "both Content-Length and Transfer-Encoding" };
  }
  const { status, method, minorVersion } = answer;
  if (method === "HEAD" || status === 204 || status === 304 || status < 200) return noBody;
  if (coding !== undefined) {
    if (minorVersion === 0 || coding !== "chunked") {
      return { error: "a Transfer-Encoding other than chunked" };
    }
    return chunkedBody;
  }
  return length === undefined ? untilClose : { kind: "length", bytes: Number(length) };
}
