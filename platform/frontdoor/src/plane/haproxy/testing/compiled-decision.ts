/**
 * What HAProxy makes of a request by compiled rules, said as a program: the same steps in the same
 * order as the text that `format-frontend.ts` writes, so that they can be held against the decider's.
 */

import { parseAddress } from "../../../core/address.ts";
import { matchesPattern } from "../../../core/match-pattern.ts";
import type { RequestFacts } from "../../../core/rule.ts";
import {
  type CompiledRules,
  type HostKey,
  type Lookup,
  type LookupTable,
  type Match,
  noNumber,
  type Segment,
  type Test,
} from "../compiled-rules.ts";

export type CompiledDecision =
  | { readonly kind: "handed-on" }
  | { readonly kind: "none" }
  | { readonly kind: "rule"; readonly number: number; readonly uri: string };

export function decideCompiled(compiled: CompiledRules, facts: RequestFacts): CompiledDecision {
  if (isGuarded(compiled, facts)) return { kind: "handed-on" };
  let { uri } = facts;
  for (const segment of compiled.segments) {
    const number = lowestOf(segment, facts, uri);
    const { rewrite } = segment;
    if (number === noNumber) continue;
    if (number === rewrite?.number) {
      const filled = rewrite.to + uri.slice(rewrite.from.length);
      uri = rewrite.to === "/" ? filled.replace(/^\/[/\\]+/, "/") : filled;
      continue;
    }
    const outcome = compiled.outcomes[number - 1];
    if (outcome?.kind === "handed-on") return { kind: "handed-on" };
    return { kind: "rule", number, uri };
  }
  return { kind: "none" };
}

function hostOf({ host }: RequestFacts): string {
  return host.endsWith(".") ? host.slice(0, -1) : host;
}

function pathOf(uri: string): string {
  return uri.split("?", 1)[0] ?? "";
}

function isGuarded({ guards }: CompiledRules, facts: RequestFacts): boolean {
  if (guards.escapes === "path" && pathOf(facts.uri).includes("%")) return true;
  if (guards.escapes === "uri" && facts.uri.includes("%")) return true;
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.?$/.test(facts.host)) return true;
  return guards.headers.some((name) => /[^\x20-\x7e]|, /.test(facts.header(name) ?? ""));
}

function lowestOf(segment: Segment, facts: RequestFacts, uri: string): number {
  let lowest = noNumber;
  for (const lookup of segment.lookups) lowest = Math.min(lowest, look(lookup, facts, uri));
  for (const { number, tests } of segment.tests) {
    if (lowest > number && tests.every((test) => isMet(test, facts, uri))) lowest = number;
  }
  return lowest;
}

function look(lookup: Lookup, facts: RequestFacts, uri: string): number {
  const hostClass = classOf(lookup, hostOf(facts));
  const table = hostClass === undefined ? undefined : lookup.tables.get(hostClass);
  if (table === undefined) return noNumber;
  return find(table, lookup.subject === "uri" ? uri : pathOf(uri));
}

function classOf({ host, classes }: Lookup, text: string): string | undefined {
  if (host.kind === "any") return "";
  const key = keyOf(host, text);
  return key === undefined ? undefined : classes.get(key);
}

function keyOf(host: HostKey, text: string): string | undefined {
  if (host.kind !== "suffix") return text;
  const labels = text.split(".");
  return labels.length > host.labels ? labels.slice(-host.labels).join(".") : undefined;
}

function find({ exact, prefix }: LookupTable, text: string): number {
  const found = exact.get(text);
  if (found !== undefined) return found;
  let longest = "";
  let number = prefix.get("") ?? noNumber;
  for (const [key, each] of prefix) {
    if (key.length <= longest.length || !text.startsWith(key)) continue;
    longest = key;
    number = each;
  }
  return number;
}

function isMet({ source, isNegated, matches }: Test, facts: RequestFacts, uri: string): boolean {
  if (source.kind === "tls") return facts.isTls !== isNegated;
  const value = readSource(source, facts, uri);
  return matches.some((match) => doesMatch(match, value)) !== isNegated;
}

function readSource(source: Test["source"], facts: RequestFacts, uri: string): string {
  switch (source.kind) {
    case "uri":
      return uri;
    case "path":
      return pathOf(uri);
    case "query":
      return uri.includes("?") ? uri.slice(uri.indexOf("?") + 1) : "";
    case "host":
      return hostOf(facts);
    case "method":
      return facts.method;
    case "protocol":
      return facts.protocol.slice("HTTP/".length);
    case "address":
      return facts.remoteAddress;
    case "header":
      return facts.header(source.name) ?? "";
    case "tls":
      return "";
  }
}

function doesMatch(match: Match, value: string): boolean {
  switch (match.kind) {
    case "exact":
      return value === match.text;
    case "prefix":
      return value.startsWith(match.text);
    case "suffix":
      return value.endsWith(match.text);
    case "pieces":
      return matchesPattern({ text: "", pieces: match.pieces, ignoresCase: false }, value);
    case "network":
      return parseAddress(value)?.startsWith(match.bits) ?? false;
  }
}
