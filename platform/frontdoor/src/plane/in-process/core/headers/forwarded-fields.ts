/**
 * Who asked whom, for those behind us: X-Forwarded-For, -Proto, -Host, and Forwarded (RFC 7239).
 */

/** What only we may say, unless the peer is one of ours. */
export function isForwardedField(name: string): boolean {
  return name.startsWith("x-forwarded-") || name === "forwarded";
}

export interface ForwardedFacts {
  readonly remoteAddress: string;
  readonly authority: string;
  readonly isTls: boolean;
  /** What a trusted peer sent; undefined: nothing, or nobody whom we believe. */
  readonly earlier: Earlier | undefined;
}

export interface Earlier {
  readonly xForwardedFor: string | undefined;
  readonly xForwardedProto: string | undefined;
  readonly xForwardedHost: string | undefined;
  readonly forwarded: string | undefined;
}

/** Each with its line's end. */
export function forwardedLines(facts: ForwardedFacts): string {
  const { authority, isTls, earlier } = facts;
  const address = facts.remoteAddress;
  const proto = isTls ? "https" : "http";
  const host = earlier?.xForwardedHost ?? authority;
  const hostPair = authority === "" ? "" : `;host=${quoted(authority)}`;
  const element = `for=${node(address)}${hostPair};proto=${proto}`;
  return (
    `x-forwarded-for: ${after(earlier?.xForwardedFor, address)}\r\n` +
    `x-forwarded-proto: ${earlier?.xForwardedProto ?? proto}\r\n` +
    (host === "" ? "" : `x-forwarded-host: ${host}\r\n`) +
    `forwarded: ${after(earlier?.forwarded, element)}\r\n`
  );
}

function after(earlier: string | undefined, value: string): string {
  return earlier === undefined || earlier === "" ? value : `${earlier}, ${value}`;
}

/** RFC 7239 6: an IPv6 address stands in brackets and quotes. */
function node(address: string): string {
  if (address === "") return "unknown";
  return address.includes(":") ? `"[${address}]"` : address;
}

/** A host with a port has a colon, which no token has. */
function quoted(authority: string): string {
  return /[:[]/.test(authority) ? `"${authority}"` : authority;
}

/** `::ffff:10.0.0.1`, as sockets of both families show it, is 10.0.0.1. */
export function withoutIpv6Clothes(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
