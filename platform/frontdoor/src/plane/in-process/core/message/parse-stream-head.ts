/**
 * The head of an HTTP/2 request, held to HTTP/1's rules before it becomes one.
 *
 * A line end in a value, a length that is not the body's, a second host: in HTTP/2 these are only
 * bytes, in HTTP/1 they are another request ("HTTP/2: The Sequel is Always Worse", 2021).
 */

import { type BodyFraming, chunkedBody, noBody, requestFraming } from "./body-framing.ts";
import type { FieldList } from "./field-list.ts";
import { fieldName, isToken } from "./field-names.ts";
import { isAuthority } from "./host-field.ts";
import { hasForbiddenCharacter } from "./parse-fields.ts";
import { parseTarget } from "./request-target.ts";

export interface StreamHead {
  readonly method: string;
  readonly uri: string;
  readonly authority: string;
  readonly fields: FieldList;
  readonly framing: BodyFraming;
  readonly connection: undefined;
  readonly protocol: "HTTP/2.0";
  /** Of an extended CONNECT (RFC 8441): it asks for what a GET with `Upgrade` asks for in HTTP/1.1. */
  readonly upgrade: "websocket" | undefined;
}

export type ParsedStreamHead =
  | { readonly head: StreamHead }
  | { readonly status: number; readonly error: string };

const ofConnections = new Set([
  ...["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"],
  "http2-settings",
]);

/** `raw`: name, value, name, value, as the stream had them. `isEnded`: no body follows. */
export function parseStreamHead(raw: readonly string[], isEnded: boolean): ParsedStreamHead {
  const pseudo = new Map<string, string>();
  const fields: string[] = [];
  let host: string | undefined;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] as string;
    const value = raw[at + 1] as string;
    if (/[\r\n]/.test(value) || hasForbiddenCharacter(value)) return bad("a value has a line end");
    if (name.startsWith(":")) {
      if (pseudo.has(name)) return bad(`${name} twice`);
      pseudo.set(name, value);
      continue;
    }
    if (fieldName(name) !== name) return bad("a header's name is none");
    if (ofConnections.has(name)) return bad("a header of a connection in HTTP/2");
    if (name !== "host") fields.push(name, value.trim());
    else if (host === undefined) host = value;
    else return bad("host twice");
  }
  const asked = methodOf(pseudo, isEnded);
  if ("error" in asked) return asked;
  const { method, upgrade } = asked;
  const scheme = pseudo.get(":scheme");
  if (scheme !== "http" && scheme !== "https") return bad("the scheme is neither http nor https");
  const authority = pseudo.get(":authority") ?? host;
  if (authority === undefined || !isAuthority(authority)) return bad("the authority is none");
  if (host !== undefined && host.toLowerCase() !== authority.toLowerCase()) {
    return bad("host and :authority differ");
  }
  const target = parseTarget(pseudo.get(":path") ?? "", method);
  if ("error" in target) return bad(target.error);
  if (target.authority !== undefined) return bad("the path is no path");
  const framing = upgrade === undefined ? framingOf(fields, isEnded) : tunnelFraming(fields);
  if ("error" in framing) return bad(framing.error);
  return {
    head: {
      ...{ method, uri: target.uri, authority, fields, framing },
      ...{ connection: undefined, protocol: "HTTP/2.0", upgrade },
    },
  };
}

type AskedMethod =
  | { readonly method: string; readonly upgrade: StreamHead["upgrade"] }
  | { readonly status: number; readonly error: string };

function methodOf(pseudo: ReadonlyMap<string, string>, isEnded: boolean): AskedMethod {
  const method = pseudo.get(":method") ?? "";
  const protocol = pseudo.get(":protocol");
  if (!isToken(method)) return bad("the method is no token");
  if (method !== "CONNECT") {
    return protocol === undefined
      ? { method, upgrade: undefined }
      : bad("a protocol of no CONNECT");
  }
  if (protocol === undefined) return { status: 405, error: "CONNECT is not served here" };
  // RFC 9220 3 has this status for it.
  if (protocol !== "websocket") return { status: 501, error: "only WebSocket is tunnelled here" };
  return isEnded
    ? bad("a tunnel that is over before it begins")
    : { method: "GET", upgrade: protocol };
}

/** What comes is the tunnel's, and no body. */
function tunnelFraming(fields: FieldList): BodyFraming | { readonly error: string } {
  const framing = requestFraming(fields, 1);
  if ("error" in framing || framing.kind === "none") return framing;
  return { error: "a length of a tunnel" };
}

function framingOf(fields: FieldList, isEnded: boolean): BodyFraming | { readonly error: string } {
  const framing = requestFraming(fields, 1);
  if ("error" in framing) return framing;
  if (!isEnded) return framing.kind === "none" ? chunkedBody : framing;
  if (framing.kind === "length" && framing.bytes > 0) return { error: "a length without a body" };
  return framing.kind === "length" ? framing : noBody;
}

function bad(error: string): { readonly status: number; readonly error: string } {
  return { status: 400, error };
}
