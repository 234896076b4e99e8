/**
 * The client's address as text. A socket of both families shows an IPv4 address in IPv6's clothes
 * (`::ffff:10.0.0.1`); rules, instances and logs know it without.
 */

/** What gives it, in a request; where clients may come by IPv6, `unclothing` must have gone before. */
export function clientAddress(isIpv6: boolean): string {
  return isIpv6 ? "var(txn.s)" : "src";
}

export const unclothing = String.raw`http-request set-var(txn.s) 'src,regsub("^::ffff:([0-9.]+)$","\1")'`;
