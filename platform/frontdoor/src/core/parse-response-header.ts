/**
 * A header that a rule sets or takes out of responses. Those by which a connection knows where a
 * message ends, and those of one hop, are not for rules.
 */

const ofTheConnection: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "date",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export interface ResponseHeader {
  /** In lower case. */
  readonly name: string;
  /** Undefined: taken out. */
  readonly value: string | undefined;
}

/** `Name: value` to set, `Name` to take out. Undefined: neither. */
export function parseResponseHeader(text: string, isSet: boolean): ResponseHeader | undefined {
  const colon = text.indexOf(":");
  if (isSet === colon < 0) return undefined;
  const name = (isSet ? text.slice(0, colon) : text).toLowerCase();
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || ofTheConnection.has(name)) return undefined;
  if (!isSet) return { name, value: undefined };
  const value = text.slice(colon + 1).trim();
  return /^[\x20-\x7e]*$/.test(value) ? { name, value } : undefined;
}
