/** Requests as tests write them. */

import type { RequestFacts } from "../rule.ts";

export interface WrittenRequest {
  readonly method?: string;
  readonly uri?: string;
  readonly host?: string;
  /** Names in lower case. */
  readonly headers?: ReadonlyMap<string, string> | Readonly<Record<string, string>>;
  readonly remoteAddress?: string;
  readonly isTls?: boolean;
}

export function requestFacts(written: WrittenRequest = {}): RequestFacts {
  const { headers = {} } = written;
  const values = headers instanceof Map ? headers : new Map(Object.entries(headers));
  return {
    method: written.method ?? "GET",
    uri: written.uri ?? "/",
    host: written.host ?? "www.example.com",
    header: (name) => values.get(name),
    remoteAddress: written.remoteAddress ?? "192.0.2.1",
    isTls: written.isTls ?? false,
    protocol: "HTTP/1.1",
  };
}
