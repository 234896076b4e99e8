/**
 * Rules as HAProxy goes by them: plain data between `compile-rules.ts`, which makes it, and
 * `format-frontend.ts`, which writes it down. What it means is said once more, as a program, in
 * `testing/compiled-decision.ts`, and the two are compared with the decider of the in-process plane.
 *
 *     request ── guards ──(cannot be told here)──────────────────────────────┐
 *                  │                                                         │
 *               segment: lookups, then tests; the lowest number of all  ──► outcome: a backend, a
 *                  │ none, or a line that rewrites                           split, or handed on
 *               next segment …
 *
 * A number is a rule's place in the rule set, counted from 1. What is handed on is decided anew, from
 * the request as it came, by the in-process plane: so a guard may ask too often, never too rarely.
 */

import type { Rule, RuleOptions, ServiceName } from "../../core/rule.ts";

export interface CompiledRules {
  readonly guards: Guards;
  readonly segments: readonly Segment[];
  /** In the order of the rules. */
  readonly outcomes: readonly Outcome[];
  /** Their order is that of first use. */
  readonly serviceBackends: readonly ServiceBackend[];
}

/** When a request is handed on before any rule is asked. */
export interface Guards {
  /** Some rule asks for the decoded path: one with a `%` in it; after a rewrite the query may be part of it. */
  readonly escapes: "path" | "uri" | undefined;
  /** Headers that rules ask for: one that comes more than once, or with bytes that are not ASCII. */
  readonly headers: readonly string[];
  /** Some rule asks for a header with a dash: a field with an underscore, which may seem to be it. */
  readonly underscores: boolean;
}

/** Lines of which none but the last rewrites. */
export interface Segment {
  readonly lookups: readonly Lookup[];
  /** In the order of the rules. */
  readonly tests: readonly RuleTest[];
  /** Number of the rule by which the URI is changed for the segments below; it is one of this segment. */
  readonly rewrite: Rewrite | undefined;
}

/** `from*` becomes `to*`, `to` being what is put in place of `from`. */
export interface Rewrite {
  readonly number: number;
  readonly from: string;
  readonly to: string;
}

export type Subject = "uri" | "path";

/** The lowest number of all rules of this kind that match: one search in a tree or two. */
export interface Lookup {
  readonly subject: Subject;
  readonly host: HostKey;
  /** Per class of host ("" where the host does not matter). */
  readonly tables: ReadonlyMap<string, LookupTable>;
  /** From the text that the host's key is, to the class. */
  readonly classes: ReadonlyMap<string, string>;
}

/** What of the host is looked up: nothing; all of it; or what comes after its first labels, so many. */
export type HostKey =
  | { readonly kind: "any" }
  | { readonly kind: "whole" }
  | { readonly kind: "suffix"; readonly labels: number };

/** Every entry already holds the lowest number of itself and of all that it begins with. */
export interface LookupTable {
  readonly exact: ReadonlyMap<string, number>;
  /** The longest that the text begins with counts. */
  readonly prefix: ReadonlyMap<string, number>;
}

/** A rule that no lookup can tell: its conditions are asked, if no lower number was found before. */
export interface RuleTest {
  readonly number: number;
  readonly tests: readonly Test[];
}

/** All patterns of one condition; `isNegated`: none of them may match. */
export interface Test {
  readonly source: TestSource;
  readonly isNegated: boolean;
  readonly matches: readonly Match[];
}

export type TestSource =
  | { readonly kind: "uri" | "path" | "query" | "host" | "method" | "protocol" | "address" }
  | { readonly kind: "header"; readonly name: string }
  /** Whether it came by TLS; `matches` is empty. */
  | { readonly kind: "tls" };

export type Match =
  | { readonly kind: "exact" | "prefix" | "suffix"; readonly text: string }
  | { readonly kind: "pieces"; readonly pieces: readonly string[] }
  /** As `parseNetwork` has it. */
  | { readonly kind: "network"; readonly bits: string };

export type Outcome =
  | { readonly kind: "service"; readonly backend: string }
  | { readonly kind: "split"; readonly shares: readonly SplitShare[]; readonly cookie?: string }
  /** `respond` and `redirect`, said by a backend of their own. */
  | { readonly kind: "answer"; readonly backend: string; readonly rule: Rule }
  | { readonly kind: "rewrite" }
  /** To the in-process plane, with the reason for people. */
  | { readonly kind: "handed-on"; readonly why: string };

export interface SplitShare {
  readonly service: ServiceName;
  readonly weight: number;
  readonly backend: string;
}

/** A service with all that one kind of rule asks for. */
export interface ServiceBackend {
  readonly name: string;
  readonly service: ServiceName;
  readonly options: RuleOptions;
  /** Of the rule whose limits it keeps count of, if it has any. */
  readonly limited: number | undefined;
}

/** Above all numbers: no rule. */
export const noNumber = 999_999_999;

/** Names of all backends of a service: what is told of one of its servers is told to each of them. */
export function backendsByService({
  serviceBackends,
}: Pick<CompiledRules, "serviceBackends">): ReadonlyMap<ServiceName, readonly string[]> {
  const found = Map.groupBy(serviceBackends, ({ service }) => service);
  return new Map([...found].map(([service, all]) => [service, all.map(({ name }) => name)]));
}
