/**
 * Requests that HAProxy hands on before any rule is asked: what the in-process plane refuses, or reads
 * in a way that HAProxy has no words for. So there is one place that says no, and it says it the same way.
 */

import type { Guards } from "./compiled-rules.ts";

/** Names without empty labels, or an address in brackets; a port or none. */
const properHost = String.raw`^(?:[A-Za-z0-9_~-]+(?:\.[A-Za-z0-9_~-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$`;

/** As `parseTarget` of the in-process plane has it: a path that could be read as that of another resource. */
const unsafePath = String.raw`^//|^[^/]|%00|\\|%(?![0-9a-f]{2})|(?:^|/|%2f|%5c)(?:\.|%2e){1,2}(?:$|/|%2f|%5c|;)`;

const plainConnection = String.raw`^(?:close|keep-alive|upgrade)(?:[ \t]*,[ \t]*(?:close|keep-alive|upgrade))*$`;

/** What HAProxy takes, though nobody should (RFC 9110 5.5), and mends before the in-process plane could see it. */
export const nulRefusal = String.raw`http-request return status 400 if { req.hdrs -m reg '\x00' }`;

/** Versions above ours, of which HAProxy makes ours (RFC 9110 2.5); for the backend that is handed them. */
export const versionRefusal = "http-request return status 505 unless { req.ver 1.0 1.1 2.0 }";

/** PERF: two regular expressions a request; the rest asks for headers that few requests have. */
export function formatGuards(guards: Guards, backend: string): readonly string[] {
  const conditions = [
    `unless { var(txn.a) -m reg '${properHost}' }`,
    `if { path -m reg -i '${unsafePath}' }`,
    "if { method CONNECT }",
    // HTTP/1.0 must get no chunks, whatever the instance sends.
    "unless { req.ver 1.1 2.0 }",
    // An absolute target; in HTTP/2 every one looks so.
    "if !{ url -m beg / } { req.ver 1.1 }",
    `if { req.fhdr(connection) -m found } !{ req.fhdr(connection) -m reg -i '${plainConnection}' }`,
  ];
  if (guards.escapes !== undefined) {
    conditions.push(`if { ${guards.escapes === "path" ? "path" : "pathq"} -m sub % }`);
  }
  if (guards.underscores) conditions.push("if { req.hdr_names -m sub _ }");
  for (const name of guards.headers) {
    conditions.push(`if { req.fhdr_cnt(${name}) gt 1 }`);
    conditions.push(String.raw`if { req.fhdr(${name}) -m reg '[^\x20-\x7e]' }`);
  }
  return conditions.map((condition) => `  use_backend ${backend} ${condition}`);
}
