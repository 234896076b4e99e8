/**
 * What the variables of rules are, of one request: read when a rule asks for it, and once.
 *
 * What a request does not have is the empty text, as in CGI. Of a cookie or query parameter that
 * comes several times the first one counts. The path is decoded once, and what is not a proper
 * escape stays as it is.
 */

import { parseAddress } from "./address.ts";
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
    this.#path ??= decodePath(this.#rawPath());
    return this.#path;
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
    if (decodeText(key.replaceAll("+", " ")) !== name) continue;
    return equals < 0 ? "" : decodeText(pair.slice(equals + 1).replaceAll("+", " "));
  }
  return undefined;
}

function decodePath(path: string): string {
  return path.includes("%") ? decodeText(path) : path;
}

/** What is a proper escape of UTF-8, decoded; the rest as it is. */
function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
      try {
        return decodeURIComponent(run);
      } catch {
        return run;
      }
    });
  }
}
