/**
 * Why a request gets what it gets: of each line what became of it. The slow way, line by line, for
 * whoever asks; it says what `decide.ts` says.
 */

import { type Decision, decideBy } from "./decide.ts";
import { meets } from "./match-rule.ts";
import { formatVariable } from "./parse-variable.ts";
import type { RequestValues } from "./request-values.ts";
import type { Condition, RequestFacts, Rule } from "./rule.ts";
import { whyNoTarget, whyUnsafe } from "./unsafe-path.ts";

export type LineReport = { readonly rule: Rule } & (
  | { readonly outcome: "decides" | "not reached" }
  | { readonly outcome: "rewrites"; readonly uri: string }
  | {
      readonly outcome: "not met";
      /** The first condition that is not met, as it could be written. */
      readonly condition: string;
      /** What the request has there. */
      readonly value: string;
    }
);

export interface Explanation {
  readonly decision: Decision;
  /** Of each rule, in the order of the file. */
  readonly lines: readonly LineReport[];
}

/** Why a request for it is answered with 400 before any line is asked; undefined: lines are asked. */
export function whyRefused(uri: string): string | undefined {
  return whyNoTarget(uri) ?? whyUnsafe(uri);
}

/** Of one that is not refused. PERF: O(rules and their conditions). */
export function explain(rules: readonly Rule[], facts: RequestFacts): Explanation {
  const reports: LineReport[] = [];
  let rewriting: Rule | undefined;
  const decision = decideBy(rules, facts, (values, from) => {
    if (rewriting !== undefined) {
      reports.push({ rule: rewriting, outcome: "rewrites", uri: values.uri });
    }
    rewriting = undefined;
    for (let at = from; at < rules.length; at += 1) {
      const rule = rules[at] as Rule;
      const failed = rule.conditions.find((condition) => !meets(condition, values));
      if (failed === undefined) {
        if (rule.action.kind === "rewrite") rewriting = rule;
        else reports.push({ rule, outcome: "decides" });
        return at;
      }
      reports.push(notMet(rule, failed, values));
    }
    return rules.length;
  });
  for (const rule of rules.slice(reports.length)) reports.push({ rule, outcome: "not reached" });
  return { decision, lines: reports };
}

function notMet(rule: Rule, condition: Condition, values: RequestValues): LineReport {
  const value = values.of(condition.variable);
  return { rule, outcome: "not met", condition: formatCondition(condition), value };
}

function formatCondition({ variable, isNegated, patterns }: Condition): string {
  const written = patterns.map(({ text }) => text).join("|");
  return `${formatVariable(variable)}${isNegated ? "!=" : "="}${written}`;
}
