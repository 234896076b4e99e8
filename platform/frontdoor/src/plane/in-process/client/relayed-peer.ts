/**
 * Who really asked, where another data plane of this machine hands requests on: it says so in a header
 * that begins with a token which only the two know. What does not begin so is nobody's word.
 */

import type { FieldList } from "../core/message/field-list.ts";

/** `HEADER: TOKEN ADDRESS http|https HTTP/1.1`. */
export interface RelayOptions {
  /** In lower case. */
  readonly header: string;
  readonly token: string;
}

export interface RelayedPeer {
  readonly remoteAddress: string;
  readonly isTls: boolean;
  readonly protocol: "HTTP/1.0" | "HTTP/1.1" | "HTTP/2.0";
  /** Without the header. */
  readonly fields: FieldList;
}

const protocols = ["HTTP/1.0", "HTTP/1.1", "HTTP/2.0"] as const;

/** Undefined: it was not handed on. */
export function relayedPeer(relay: RelayOptions, fields: FieldList): RelayedPeer | undefined {
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at] !== relay.header) continue;
    const [token, remoteAddress = "", scheme, version] = (fields[at + 1] as string).split(" ");
    if (token !== relay.token) continue;
    const protocol = protocols.find((each) => each === version) ?? "HTTP/1.1";
    const rest = fields.toSpliced(at, 2);
    return { remoteAddress, isTls: scheme === "https", protocol, fields: rest };
  }
  return undefined;
}
