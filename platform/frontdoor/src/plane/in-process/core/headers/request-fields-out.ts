/**
 * The fields that an instance gets, of those that a client sent.
 *
 * Framing, host and forwarding are written anew by us, so that nothing in them is the client's; what
 * speaks of the client's connection ends here. Fields that frameworks take for another URL than the
 * one that rules decided by, and the one that CGI takes for a proxy's setting, end here, too.
 */

import type { Random } from "@tavola/base";
import type { BodyFraming } from "../message/body-framing.ts";
import { type FieldList, hasMember } from "../message/field-list.ts";
import { addForwardedFields, type Earlier, isForwardedField } from "./forwarded-fields.ts";
import { isHopByHop, namedByConnection } from "./hop-by-hop.ts";
import { beginTrace, isTraceParent } from "./trace-context.ts";

/** https://httpoxy.org; X-Original-URL and X-Rewrite-URL override the path in IIS and Symfony. */
const misleading = new Set(["proxy", "x-original-url", "x-rewrite-url"]);

export interface RequestFieldsInput {
  readonly fields: FieldList;
  readonly connection: string | undefined;
  readonly authority: string;
  readonly framing: BodyFraming;
  readonly remoteAddress: string;
  readonly isTls: boolean;
  /** Whether what the peer says of those before it is believed. */
  readonly isTrusted: boolean;
  /** What the client wants the connection to become, if we let it. */
  readonly upgrade: string | undefined;
}

export interface RequestFieldsOut {
  /** All but Host, which goes first. */
  readonly fields: string[];
  readonly traceParent: string;
}

export function requestFieldsOut(input: RequestFieldsInput, random: Random): RequestFieldsOut {
  const { fields, framing } = input;
  const named = namedByConnection(input.connection);
  const out: string[] = [];
  const earlier: Writable<Earlier> = { ...nothingEarlier };
  let traceParent: string | undefined;
  let traceState: string | undefined;
  let cookie: string | undefined;
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string;
    const value = fields[at + 1] as string;
    if (name === "host" || isHopByHop(name) || named.has(name) || misleading.has(name)) {
      if (name === "te" && hasMember(value, "trailers")) out.push("te", "trailers");
      continue;
    }
    if (name === "traceparent") traceParent = traceParent === undefined ? value : "";
    else if (name === "tracestate") traceState = joined(traceState, value, ", ");
    else if (name === "cookie") cookie = joined(cookie, value, "; ");
    else if (isForwardedField(name)) noteEarlier(earlier, name, value);
    else if (isForgedName(name)) continue;
    else out.push(name, value);
  }
  if (cookie !== undefined) out.push("cookie", cookie);
  const isValidTrace = traceParent !== undefined && isTraceParent(traceParent);
  const trace = isValidTrace ? (traceParent as string) : beginTrace(random);
  out.push("traceparent", trace);
  if (isValidTrace && traceState !== undefined) out.push("tracestate", traceState);
  addForwardedFields(out, { ...input, earlier: input.isTrusted ? earlier : undefined });
  addFraming(out, framing);
  if (input.upgrade !== undefined) out.push("connection", "upgrade", "upgrade", input.upgrade);
  return { fields: out, traceParent: trace };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const nothingEarlier: Earlier = {
  xForwardedFor: undefined,
  xForwardedProto: undefined,
  xForwardedHost: undefined,
  forwarded: undefined,
};

function noteEarlier(earlier: Writable<Earlier>, name: string, value: string): void {
  if (name === "x-forwarded-for")
    earlier.xForwardedFor = joined(earlier.xForwardedFor, value, ", ");
  else if (name === "forwarded") earlier.forwarded = joined(earlier.forwarded, value, ", ");
  else if (name === "x-forwarded-proto") earlier.xForwardedProto = value;
  else if (name === "x-forwarded-host") earlier.xForwardedHost = value;
}

function joined(before: string | undefined, value: string, separator: string): string {
  return before === undefined ? value : `${before}${separator}${value}`;
}

/** `X_Forwarded_For` is `X-Forwarded-For` to whoever reads it by CGI's rules. */
function isForgedName(name: string): boolean {
  if (!name.includes("_")) return false;
  const dashed = name.replaceAll("_", "-");
  return (
    isForwardedField(dashed) || isHopByHop(dashed) || misleading.has(dashed) || dashed === "host"
  );
}

function addFraming(out: string[], framing: BodyFraming): void {
  if (framing.kind === "length") out.push("content-length", String(framing.bytes));
  else if (framing.kind === "chunked") out.push("transfer-encoding", "chunked");
}
