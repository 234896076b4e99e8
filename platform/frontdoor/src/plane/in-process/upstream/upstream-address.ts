/** Where an instance is, of what it announced. */

import { parseServiceUri } from "../../../core/service-uri.ts";

export interface UpstreamAddress {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  /** Goes before a request's path; empty, or begins with a slash and does not end with one. */
  readonly pathPrefix: string;
}

/** Undefined: nothing can be there. */
export function parseUpstreamAddress(uri: string): UpstreamAddress | undefined {
  const url = parseServiceUri(uri);
  if (url === undefined) return undefined;
  const isTls = url.protocol === "https:";
  const port = url.port === "" ? (isTls ? 443 : 80) : Number(url.port);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return { host, port, isTls, pathPrefix: url.pathname.replace(/\/+$/, "") };
}
