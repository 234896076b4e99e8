/** Takes what parses, and remembers what it was told. */

import { parseRules } from "../../core/parse-rules.ts";
import { formatRuleError } from "../../core/rule-error.ts";
import type { RuleCandidate, RulesSink } from "../rule-candidate.ts";

export interface ScriptedSink extends RulesSink {
  readonly taken: readonly RuleCandidate[];
  readonly refused: readonly RuleCandidate[];
  /** "away: …" and "back", in order. */
  readonly told: readonly string[];
}

export function scriptedSink(): ScriptedSink {
  const taken: RuleCandidate[] = [];
  const refused: RuleCandidate[] = [];
  const told: string[] = [];
  return {
    taken,
    refused,
    told,
    found: async (candidate) => {
      const { text = "?" } = candidate;
      const { errors } = parseRules(text, candidate.file);
      (errors === undefined ? taken : refused).push(candidate);
      return errors === undefined
        ? { kind: "taken" }
        : { kind: "refused", reasons: errors.map(formatRuleError) };
    },
    away: (reason) => void told.push(`away: ${reason}`),
    back: () => void told.push("back"),
  };
}
