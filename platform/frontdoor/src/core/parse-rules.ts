/**
 * A rule file's text as rules, or all that is wrong with it; the grammar is in
 * `docs/reference/frontdoor-rules.md`. A file with one wrong line has no rules at all: half a
 * file would send requests where nobody wanted them.
 */

import { type StarSource, sourceOfStars } from "./fill-template.ts";
import { actionsExpected, parseAction } from "./parse-action.ts";
import { looksLikeCondition, parseCondition } from "./parse-condition.ts";
import type { Condition, Rule } from "./rule.ts";
import type { RuleError } from "./rule-error.ts";
import { ruleLimits } from "./rule-limits.ts";
import { splitIntoWords, type WordLine } from "./rule-words.ts";
import { Complaints } from "./word-reader.ts";

export type ParsedRules =
  | { readonly rules: readonly Rule[]; readonly errors?: never }
  /** At least one, in the order of the file; at most `ruleLimits.errorsMax`. */
  | { readonly errors: readonly RuleError[]; readonly rules?: never };

/** `file`: for the errors. An empty file is one that has no rules. */
export function parseRules(text: string, file: string): ParsedRules {
  const complain = (message: string, expected: string, line = 1): ParsedRules => ({
    errors: [{ file, line, column: 1, message, expected }],
  });
  if (text.length > ruleLimits.fileCharactersMax) {
    const most = `at most ${ruleLimits.fileCharactersMax}`;
    return complain(`the file has ${text.length} characters`, most);
  }
  if (text.includes("\0")) return complain("the file is not text", "a rule file");
  // What decoding makes of bytes that are none; as a pattern it would silently match nothing.
  const undecoded = text.indexOf("\ufffd");
  if (undecoded >= 0) {
    const line = text.slice(0, undecoded).split("\n").length;
    return complain("the line has bytes that are not UTF-8", "a file in UTF-8", line);
  }
  const lines = splitIntoWords(text, file);
  if (lines.length > ruleLimits.rulesMax) {
    return complain(`the file has ${lines.length} rules`, `at most ${ruleLimits.rulesMax}`);
  }
  const rules: Rule[] = [];
  const errors: RuleError[] = [];
  for (const line of lines) {
    const complaints = new Complaints(file);
    const rule = parseRule(line, complaints);
    if (rule !== undefined) rules.push(rule);
    errors.push(...[...line.errors, ...complaints.errors].sort(byPlace));
    if (errors.length >= ruleLimits.errorsMax) break;
  }
  if (errors.length === 0) return { rules };
  return { errors: errors.slice(0, ruleLimits.errorsMax) };
}

function byPlace(a: RuleError, b: RuleError): number {
  return a.line - b.line || a.column - b.column;
}

function parseRule(written: WordLine, complaints: Complaints): Rule | undefined {
  const { line, text, words } = written;
  // What a broken quote leaves of a line would only be complained of for its sake.
  if (written.errors.length > 0) return undefined;
  const conditions: Condition[] = [];
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined || !looksLikeCondition(word)) break;
    const condition = parseCondition(word, complaints);
    if (condition !== undefined) conditions.push(condition);
  }
  const last = words.at(-1);
  if (at === words.length) {
    if (last !== undefined) {
      const end = { word: last, from: last.text.length, to: last.text.length };
      complaints.at(end, "the line has conditions and no action", actionsExpected);
    }
    return undefined;
  }
  const isWhole = conditions.length === at;
  const parsed = parseAction(words.slice(at), starSource(conditions, isWhole), complaints);
  if (parsed === undefined || complaints.errors.length > 0) return undefined;
  return { line, text, conditions, ...parsed };
}

/** The condition whose `*` a rewrite or redirect of the same line may use. */
function starSource(conditions: readonly Condition[], isWhole: boolean): StarSource | undefined {
  const source = sourceOfStars(conditions);
  if (source !== undefined || isWhole) return source;
  // Another complaint stands; one about stars that its pattern would have had helps nobody.
  const pieces = Array.from({ length: 100 }, () => "");
  return { kind: "uri", patterns: [{ text: "", pieces, ignoresCase: false }] };
}
