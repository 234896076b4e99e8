/**
 * The names before a condition's `=`: CGI's and mod_rewrite's, and three of ours (REQUEST_PATH,
 * COOKIE_name, QUERY_name), which say in one word what takes mod_rewrite an expression.
 */

import type { Variable } from "./rule.ts";
import { type Complaints, type Slice, textOf } from "./word-reader.ts";

const plain: Readonly<Record<string, Variable>> = {
  REQUEST_URI: { kind: "uri" },
  REQUEST_PATH: { kind: "path" },
  QUERY_STRING: { kind: "query" },
  HTTP_HOST: { kind: "host" },
  REQUEST_METHOD: { kind: "method" },
  REMOTE_ADDR: { kind: "address" },
  HTTPS: { kind: "https" },
  SERVER_PROTOCOL: { kind: "protocol" },
};

const expected = `${Object.keys(plain).join(", ")}, HTTP_NAME of a header, COOKIE_name or QUERY_name`;

export function parseVariable(name: Slice, complaints: Complaints): Variable | undefined {
  const text = textOf(name);
  if (Object.hasOwn(plain, text)) return plain[text];
  const parts = /^(HTTP|COOKIE|QUERY)_(.+)$/.exec(text);
  const [, family, rest = ""] = parts ?? [];
  if (family === "HTTP" && /^[A-Z0-9]+(?:_[A-Z0-9]+)*$/.test(rest)) {
    return { kind: "header", name: rest.toLowerCase().replaceAll("_", "-") };
  }
  if (family === "COOKIE" && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(rest)) {
    return { kind: "cookie", name: rest };
  }
  if (family === "QUERY") return { kind: "parameter", name: rest };
  return complaints.at(name, `no variable is called "${text}"`, expected);
}

/** As it is written in a rule. */
export function formatVariable(variable: Variable): string {
  if (variable.kind === "header") return `HTTP_${variable.name.toUpperCase().replaceAll("-", "_")}`;
  if (variable.kind === "cookie") return `COOKIE_${variable.name}`;
  if (variable.kind === "parameter") return `QUERY_${variable.name}`;
  const found = Object.entries(plain).find(([, { kind }]) => kind === variable.kind);
  return found?.[0] ?? variable.kind;
}
