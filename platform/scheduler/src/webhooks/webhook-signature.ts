/**
 * The header by which a hook knows that a body comes from this scheduler, and not from earlier.
 *
 *     X-Tavola-Signature: t=<seconds since the epoch>,v1=<hex>[,v1=<hex>…]
 *
 * Each v1 is HMAC-SHA256, under one of the configured secrets, of the time, a dot, and the body as it came.
 * Who checks it compares any v1 in constant time and refuses a time that is minutes off.
 */

import { createHmac } from "node:crypto";

/** Undefined when there is no secret. */
export function webhookSignature(
  secrets: readonly string[],
  body: string,
  epochMs: number,
): string | undefined {
  if (secrets.length === 0) return undefined;
  const time = Math.floor(epochMs / 1000);
  const signatures = secrets.map(
    (secret) => `v1=${createHmac("sha256", secret).update(`${time}.${body}`).digest("hex")}`,
  );
  return [`t=${time}`, ...signatures].join(",");
}
