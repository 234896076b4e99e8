/**
 * What the variables of rules are, of one request: read when a rule asks for it, and once.
 *
 * What a request does not have is the empty text, as in CGI. Of a cookie or query parameter that
 * comes several times the first one counts. The path is decoded once.
 */

import { parseAddress } from "./address.ts";
import { decodeEscapes, keptSign } from "./decode-escapes.ts";
import type { RequestFacts, Variable } from "./rule.ts";

export class RequestValues {
  readonly #facts: RequestFacts;
  /** Path and query: as they came, or as a rewrite left them. */
  readonly uri: string;
  #path: string | undefined;
  #addressBits: string | undefined;

  constructor(facts: RequestFacts, uri: string) {
    this.#facts = facts;
    this.uri = uri;
  }

  get path(): string {
    this.#path ??= decodeEscapes(this.#rawPath());
    return this.#path;
  }

  /** The path, as long as it is, with `keptSign` in what was not decoded: so it can be made a URI again. */
  get markedPath(): string {
    return decodeEscapes(this.#rawPath(), keptSign);
  }

  get host(): string {
    const { host } = this.#facts;
    return host.endsWith(".") ? host.slice(0, -1) : host;
  }

  /** As `parseAddress` has it; empty: it is none. */
  get addressBits(): string {
    this.#addressBits ??= parseAddress(this.#facts.remoteAddress) ?? "";
    return this.#addressBits;
  }

  of(variable: Variable): string {
    const facts = this.#facts;
    switch (variable.kind) {
      case "uri":
        return this.uri;
      case "path":
        return this.path;
      case "query":
        return this.#query();
      case "host":
        return this.host;
      case "method":
        return facts.method;
      case "https":
        return facts.isTls ? "on" : "off";
      case "protocol":
        return facts.protocol;
      case "address":
        return unmapped(facts.remoteAddress);
      case "header":
        return facts.header(variable.name) ?? "";
      case "cookie":
        return cookieValue(facts.header("cookie") ?? "", variable.name) ?? "";
      case "parameter":
        return parameterValue(this.#query(), variable.name) ?? "";
    }
  }

  #rawPath(): string {
    const mark = this.uri.indexOf("?");
    return mark < 0 ? this.uri : this.uri.slice(0, mark);
  }

  #query(): string {
    const mark = this.uri.indexOf("?");
    return mark < 0 ? "" : this.uri.slice(mark + 1);
  }
}

/** An IPv4 address without IPv6's clothes, as text. */
function unmapped(address: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address;
}

/** The first one of that name. Undefined: none. */
export function cookieValue(header: string, name: string): string | undefined {
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
    const value = pair.slice(equals + 1).trim();
    return /^".*"$/.test(value) ? value.slice(1, -1) : value;
  }
  return undefined;
}

function parameterValue(query: string, name: string): string | undefined {
  for (const pair of query.split("&")) {
    const equals = pair.indexOf("=");
    const key = equals < 0 ? pair : pair.slice(0, equals);
    if (decodeEscapes(key.replaceAll("+", " ")) !== name) continue;
    return equals < 0 ? "" : decodeEscapes(pair.slice(equals + 1).replaceAll("+", " "));
  }
  return undefined;
}
