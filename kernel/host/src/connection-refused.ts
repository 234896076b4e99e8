/** Whether a connection failed before anything was sent: whoever asked may ask again, or elsewhere. */

/** Of the system, of its resolver, and of undici. */
const codes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EADDRNOTAVAIL",
  // A Unix socket that is not there.
  "ENOENT",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** `error`: as Node or undici throws it; of several addresses that were tried, the first one's counts. */
export function isConnectionRefused(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: unknown };
  if (typeof code === "string") return codes.has(code);
  return Array.isArray(errors) && errors.length > 0 && isConnectionRefused(errors[0]);
}
