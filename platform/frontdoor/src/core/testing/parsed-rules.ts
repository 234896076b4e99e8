/** Rules that a test wrote, and that are none of its questions. */

import { invariant } from "@tavola/base";
import { parseRules } from "../parse-rules.ts";
import type { Rule } from "../rule.ts";
import { formatRuleError } from "../rule-error.ts";

export function parsedRules(text: string): readonly Rule[] {
  const { rules, errors = [] } = parseRules(text, "test.rules");
  invariant(rules !== undefined, errors.map(formatRuleError).join("\n"));
  return rules;
}
