/**
 * From rules to what HAProxy can look up.
 *
 * Rules that ask only how the URI or path begins, and at most for a host, become entries of trees: of
 * all of them together the lowest number is found by one search, whether there are two or two thousand.
 * A rule in between that asks for more is a test, made only if no lower number was found. So the first
 * line that matches decides, as in the decider, though most lines are never looked at one by one.
 *
 * PERF: compiling is O(rules × length of their prefixes); a request costs O(tests + URI).
 */

import { askedHeaders } from "../../core/asked-headers.ts";
import { sourceOfStars, templateParts } from "../../core/fill-template.ts";
import type { Rule, RuleOptions, ServiceName } from "../../core/rule.ts";
import { ruleLimits } from "../../core/rule-limits.ts";
import { type CompiledCondition, compileCondition } from "./compile-condition.ts";
import type {
  CompiledRules,
  Outcome,
  Rewrite,
  RuleTest,
  Segment,
  ServiceBackend,
  Test,
} from "./compiled-rules.ts";
import { LookupBuilder } from "./lookup-builder.ts";

const limits = {
  /** Of a text that HAProxy itself answers with; a buffer of it must hold the whole answer. */
  bodyBytesMax: 4096,
  /** Of a rule: what a line of HAProxy's has room for. */
  testsMax: 50,
  /** Of all headers that a rule sets: they must have room in a buffer beside those of an answer. */
  headerCharactersMax: 1024,
  locationCharactersMax: 4096,
  /** Of one configuration; each is a backend with servers of its own. */
  serviceBackendsMax: 4096,
} as const;

interface CompiledRule {
  readonly number: number;
  readonly rule: Rule;
  /** Undefined: no request meets it. */
  readonly tests: readonly Test[] | undefined;
  readonly outcome: Outcome;
  readonly rewrite: Rewrite | undefined;
}

export function compileRules(rules: readonly Rule[]): CompiledRules {
  const backends = new BackendBook();
  let rewrites = 0;
  const compiled = rules.map((rule, at): CompiledRule => {
    const number = at + 1;
    const conditions = rule.conditions.map(compileCondition);
    const tests = conditions.includes("never")
      ? undefined
      : conditions.filter((condition) => typeof condition === "object");
    const why = whyUnknown(conditions);
    if (why !== undefined) {
      const some = tests?.slice(0, limits.testsMax);
      return { number, rule, tests: some, outcome: { kind: "handed-on", why }, rewrite: undefined };
    }
    const rewrite = rewrites < ruleLimits.rewritesMax ? rewriteOf(rule, number) : undefined;
    if (rewrite !== undefined) rewrites += 1;
    const outcome = rewrite === undefined ? outcomeOf(rule, number, backends) : rewritten;
    return { number, rule, tests, outcome, rewrite };
  });
  return {
    guards: guardsOf(compiled),
    segments: segmentsOf(compiled),
    outcomes: compiled.map(({ outcome }) => outcome),
    serviceBackends: backends.all,
  };
}

/** Then a rule counts as met by whatever meets what HAProxy does ask, and the in-process plane decides. */
function whyUnknown(conditions: readonly CompiledCondition[]): string | undefined {
  if (conditions.includes("unknown")) return "a condition that HAProxy cannot ask";
  const isLong = conditions.length > limits.testsMax;
  return isLong ? "more conditions than a line has room for" : undefined;
}

const rewritten: Outcome = { kind: "rewrite" };

function guardsOf(compiled: readonly CompiledRule[]): CompiledRules["guards"] {
  const sources = compiled.flatMap(({ tests = [] }) => tests.map(({ source }) => source));
  const headers = sources.flatMap((source) => (source.kind === "header" ? [source.name] : []));
  const asksForPath = sources.some(({ kind }) => kind === "path");
  const rewrites = compiled.some(({ rewrite }) => rewrite !== undefined);
  return {
    escapes: asksForPath ? (rewrites ? "uri" : "path") : undefined,
    headers: [...new Set(headers)],
    underscores: askedHeaders(compiled.map(({ rule }) => rule)).size > 0,
  };
}

function segmentsOf(compiled: readonly CompiledRule[]): readonly Segment[] {
  const segments: Segment[] = [];
  let lookups = new LookupBuilder();
  let tests: RuleTest[] = [];
  const cut = (rewrite: Rewrite | undefined): void => {
    segments.push({ lookups: lookups.build(), tests, rewrite });
    lookups = new LookupBuilder();
    tests = [];
  };
  for (const rule of compiled) {
    if (rule.tests === undefined) continue;
    if (!lookups.add(rule.number, rule.tests)) {
      tests.push({ number: rule.number, tests: rule.tests });
    }
    if (rule.rewrite !== undefined) cut(rule.rewrite);
  }
  cut(undefined);
  return segments;
}

/** `REQUEST_URI=/old/* rewrite /new/*`, and what has no star; what is more is the in-process plane's. */
function rewriteOf({ action, conditions }: Rule, number: number): Rewrite | undefined {
  if (action.kind !== "rewrite") return undefined;
  const source = sourceOfStars(conditions);
  const pieces = source?.patterns.length === 1 ? source.patterns[0]?.pieces : undefined;
  if (source?.kind !== "uri" || pieces?.length !== 2 || pieces[1] !== "") return undefined;
  const [text, star, ...more] = templateParts(action.to);
  const isSimple = text?.kind === "text" && star?.kind === "star" && more.length === 0;
  const [from = ""] = pieces;
  return isSimple && /^[\x21\x23\x26-\x7e]+$/.test(text.text) && !from.includes("?")
    ? { number, from, to: text.text }
    : undefined;
}

function outcomeOf(rule: Rule, number: number, backends: BackendBook): Outcome {
  const { action, options } = rule;
  const handedOn = (why: string): Outcome => ({ kind: "handed-on", why });
  if (options.mirror !== undefined) return handedOn("mirror");
  if (options.breakerFailures !== undefined) return handedOn("breaker");
  if (options.responseHeaders?.some(({ value }) => value === "")) {
    return handedOn("a header without a value");
  }
  if (headerCharacters(options) > limits.headerCharactersMax) return handedOn("long headers");
  switch (action.kind) {
    case "passthru": {
      const backend = backends.nameOf(action.service, options, number);
      return backend === undefined ? handedOn("too many backends") : { kind: "service", backend };
    }
    case "split": {
      const { stickyCookie: cookie } = action;
      if (cookie !== undefined && !/^[A-Za-z0-9_.-]+$/.test(cookie)) {
        return handedOn("a cookie whose name HAProxy cannot take");
      }
      const shares = action.shares
        .filter(({ weight }) => weight > 0)
        .map((share) => ({ ...share, backend: backends.nameOf(share.service, options, number) }));
      const named = shares.flatMap(({ backend, ...share }) =>
        backend === undefined ? [] : [{ ...share, backend }],
      );
      if (named.length < shares.length) return handedOn("too many backends");
      return { kind: "split", shares: named, ...(cookie === undefined ? {} : { cookie }) };
    }
    case "rewrite":
      return handedOn("a rewrite that HAProxy cannot make");
    case "respond":
      return new TextEncoder().encode(action.body).length > limits.bodyBytesMax
        ? handedOn("a long answer")
        : { kind: "answer", backend: `answer-${number}`, rule };
    case "redirect":
      return isSimpleLocation(action.location) &&
        action.location.length <= limits.locationCharactersMax
        ? { kind: "answer", backend: `answer-${number}`, rule }
        : handedOn("a redirect that HAProxy cannot fill in");
  }
}

function headerCharacters({ responseHeaders = [] }: RuleOptions): number {
  return responseHeaders.reduce(
    (sum, { name, value = "" }) => sum + name.length + value.length + 4,
    0,
  );
}

/** No part of the path in it, but for all of it behind an authority. */
function isSimpleLocation(location: string): boolean {
  const parts = templateParts(location);
  if (parts.some(({ kind }) => kind === "star")) return false;
  const [first] = parts;
  return !(first?.kind === "text" && first.text === "/" && parts.length > 1);
}

/** Which backend has a service with these options; rules that ask for the same share one. */
class BackendBook {
  readonly all: ServiceBackend[] = [];
  readonly #names = new Map<string, string>();

  /** Undefined: there are too many. */
  nameOf(service: ServiceName, options: RuleOptions, number: number): string | undefined {
    const isLimited = options.ratePerSecond !== undefined || options.concurrencyMax !== undefined;
    const limited = isLimited ? number : undefined;
    const sorted = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([service, sorted, limited]);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    if (this.all.length >= limits.serviceBackendsMax) return undefined;
    const name = `service-${this.all.length + 1}`;
    this.#names.set(key, name);
    this.all.push({ name, service, options, limited });
    return name;
  }
}
