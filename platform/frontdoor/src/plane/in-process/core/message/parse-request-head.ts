/**
 * The head of an HTTP/1 request, from its first line to before the empty one.
 */

import { type BodyFraming, requestFraming } from "./body-framing.ts";
import { type FieldList, hasMember } from "./field-list.ts";
import { isToken } from "./field-names.ts";
import { isAuthority } from "./host-field.ts";
import { hasForbiddenCharacter, parseFields } from "./parse-fields.ts";
import { parseTarget } from "./request-target.ts";

export interface RequestHead {
  readonly method: string;
  /** Path and query as they came. */
  readonly uri: string;
  /** With the port, if it came with one; empty: HTTP/1.0 without a Host. */
  readonly authority: string;
  readonly minorVersion: 0 | 1;
  readonly fields: FieldList;
  readonly framing: BodyFraming;
  /** The Connection header, if any. */
  readonly connection: string | undefined;
  readonly keepsAlive: boolean;
}

export type ParsedRequestHead =
  | { readonly head: RequestHead }
  | { readonly status: number; readonly error: string };

const version = /^HTTP\/1\.[01]$/;

export function parseRequestHead(
  text: string,
  limits: { readonly lineBytesMax: number; readonly fieldsMax: number },
): ParsedRequestHead {
  if (hasForbiddenCharacter(text)) return bad("control characters or bare line ends in the head");
  let lineEnd = text.indexOf("\r\n");
  if (lineEnd < 0) lineEnd = text.length;
  const first = text.indexOf(" ");
  const last = text.lastIndexOf(" ", lineEnd - 1);
  if (first <= 0 || last <= first || last > lineEnd) return bad("the first line is no request");
  if (lineEnd > limits.lineBytesMax) return { status: 414, error: "the first line is too long" };
  const method = text.slice(0, first);
  if (!isToken(method)) return bad("the method is no token");
  const protocol = text.slice(last + 1, lineEnd);
  if (!version.test(protocol)) {
    return /^HTTP\/[0-9]\.[0-9]$/.test(protocol)
      ? { status: 505, error: "only HTTP/1.0, HTTP/1.1 and HTTP/2 are spoken here" }
      : bad("the first line is no request");
  }
  if (method === "CONNECT") return { status: 405, error: "CONNECT is not served here" };
  const target = parseTarget(text.slice(first + 1, last), method);
  if ("error" in target) return bad(target.error);
  const parsed = parseFields(text, lineEnd + 2, limits.fieldsMax);
  if ("error" in parsed) {
    return parsed.error === "too many headers" ? { status: 431, ...parsed } : bad(parsed.error);
  }
  const minorVersion = protocol === "HTTP/1.1" ? 1 : 0;
  return headOf({ method, uri: target.uri, minorVersion, fields: parsed.fields }, target.authority);
}

function headOf(
  line: Pick<RequestHead, "method" | "uri" | "minorVersion" | "fields">,
  targetAuthority: string | undefined,
): ParsedRequestHead {
  const { method, uri, fields, minorVersion } = line;
  let host: string | undefined;
  let connection: string | undefined;
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at];
    const value = fields[at + 1] as string;
    if (name === "host") {
      if (host !== undefined) return bad("Host twice");
      host = value;
    } else if (name === "connection") {
      connection = connection === undefined ? value : `${connection}, ${value}`;
    }
  }
  if (host === undefined && minorVersion === 1) return bad("no Host");
  if (host !== undefined && !isAuthority(host)) return bad("Host is none");
  if (targetAuthority !== undefined) {
    if (!isAuthority(targetAuthority)) return bad("the target's host is none");
    if (host !== undefined && host.toLowerCase() !== targetAuthority.toLowerCase()) {
      return bad("Host and the target differ");
    }
  }
  const framing = requestFraming(fields, minorVersion);
  if ("error" in framing) return bad(framing.error);
  const keepsAlive =
    minorVersion === 1
      ? connection === undefined || !hasMember(connection, "close")
      : hasMember(connection, "keep-alive") && !hasMember(connection, "close");
  const authority = targetAuthority ?? host ?? "";
  return {
    head: { method, uri, authority, minorVersion, fields, framing, connection, keepsAlive },
  };
}

function bad(error: string): ParsedRequestHead {
  return { status: 400, error };
}
