/**
 * What a request gets: the first line all of whose conditions it meets, however many lines there are.
 *
 * A line that rewrites changes the path for the lines below it, never for those above, so there are
 * no loops; and a request is rewritten a bounded number of times.
 */

import { fillTemplate, sourceOfStars } from "./fill-template.ts";
import { meetsAll } from "./match-rule.ts";
import { RequestValues } from "./request-values.ts";
import type { RequestFacts, Rule } from "./rule.ts";
import { buildRuleIndex, firstMatch } from "./rule-index.ts";
import { ruleLimits } from "./rule-limits.ts";
import { stripPrefix } from "./strip-prefix.ts";
import { isUnsafePath } from "./unsafe-path.ts";

/** Never of a rule that rewrites. */
export type Decision =
  | {
      readonly rule: Rule;
      /** Path and query to hand on: rewritten, and stripped where the rule says so. */
      readonly uri: string;
      /** Of a redirect: where to, filled in. */
      readonly location?: string;
    }
  | {
      readonly rule: undefined;
      /**
       * No line's conditions were met; more lines rewrote the request than may; or what a client put
       * where a `*` is would have led out of the path that a line rewrites to.
       */
      readonly why: "no line" | "rewritten too often" | "rewritten out of its path";
    };

export interface Decider {
  decide(facts: RequestFacts): Decision;
}

/** PERF: see `rule-index.ts`; a decision is some microseconds at 2 as at 2,000 lines. */
export function compileRules(rules: readonly Rule[]): Decider {
  const index = buildRuleIndex(rules);
  const nextMatch = (values: RequestValues, from: number): number =>
    firstMatch(index, values, from, rules.length, (at) => meetsAll(rules[at] as Rule, values));
  return { decide: (facts) => decideBy(rules, facts, nextMatch) };
}

/** `nextMatch`: the first of the rules from a place on that matches; how many there are, if none does. */
export function decideBy(
  rules: readonly Rule[],
  facts: RequestFacts,
  nextMatch: (values: RequestValues, from: number) => number,
): Decision {
  let values = new RequestValues(facts, facts.uri);
  let from = 0;
  for (let rewrites = 0; rewrites <= ruleLimits.rewritesMax; rewrites += 1) {
    const at = nextMatch(values, from);
    const rule = rules[at];
    if (rule === undefined) return { rule: undefined, why: "no line" };
    if (rule.action.kind !== "rewrite") return decisionOf(rule, values);
    const uri = fillTemplate(rule.action.to, sourceOfStars(rule.conditions), values);
    if (uri.length > ruleLimits.uriCharactersMax) break;
    if (isUnsafePath(uri)) return { rule: undefined, why: "rewritten out of its path" };
    values = new RequestValues(facts, uri);
    from = at + 1;
  }
  return { rule: undefined, why: "rewritten too often" };
}

function decisionOf(rule: Rule, values: RequestValues): Decision {
  const { action, options } = rule;
  if (action.kind === "redirect") {
    const location = fillTemplate(action.location, sourceOfStars(rule.conditions), values);
    return { rule, uri: values.uri, location };
  }
  const { stripPrefix: prefix } = options;
  return { rule, uri: prefix === undefined ? values.uri : stripPrefix(values.uri, prefix) };
}
