/**
 * Whose certificates instances may have: of the authorities that Node brings and NODE_EXTRA_CA_CERTS adds,
 * and of the system's, as with HAProxy.
 */

import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";

let known: { readonly own: readonly string[]; readonly context: SecureContext } | undefined;

/** PERF: read once for all, which takes a hundred milliseconds or some. */
export function trustedAuthorities(): SecureContext {
  const own = getCACertificates("default");
  if (known?.own !== own) {
    const ca = [...new Set([...own, ...getCACertificates("system")])];
    known = { own, context: createSecureContext({ ca }) };
  }
  return known.context;
}
