/** Whether a request meets a line's conditions. PERF: O(conditions and their text). */

import { matchesPattern } from "./match-pattern.ts";
import type { RequestValues } from "./request-values.ts";
import type { Condition, Rule } from "./rule.ts";

export function meetsAll({ conditions }: Rule, values: RequestValues): boolean {
  for (const condition of conditions) {
    if (!meets(condition, values)) return false;
  }
  return true;
}

export function meets(
  { variable, patterns, isNegated }: Condition,
  values: RequestValues,
): boolean {
  const value = values.of(variable);
  for (const pattern of patterns) {
    const { network } = pattern;
    const isMet =
      network === undefined
        ? matchesPattern(pattern, pattern.ignoresCase ? value.toLowerCase() : value)
        : values.addressBits.startsWith(network);
    if (isMet) return !isNegated;
  }
  return isNegated;
}
