/**
 * Fields that speak of one connection and end with it (RFC 9110 7.6.1), in both directions.
 */

import { listMembers } from "../message/field-list.ts";

/** TE and Trailer are looked at on their own: they say whether trailers may be sent. */
const always = new Set([
  ...["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"],
  ...["te", "proxy-authenticate", "proxy-authorization", "http2-settings", "content-length"],
]);

const none: ReadonlySet<string> = new Set();
const common = new Set(["close", "keep-alive", "upgrade"]);

export function isHopByHop(name: string): boolean {
  return always.has(name);
}

/** What the Connection field names beside what never goes on anyway. PERF: nothing in the common case. */
export function namedByConnection(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined || common.has(connection.toLowerCase())) return none;
  return new Set(listMembers(connection));
}
