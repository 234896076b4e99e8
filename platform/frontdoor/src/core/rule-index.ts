/**
 * Which lines a request can meet at all, without asking each.
 *
 * A set of lines is cut by the variable that tells most of them apart: each line stands in a tree of
 * prefixes under what its patterns begin with (a whole text ends with a mark of its own). What a
 * request's value begins with leads to few sets, which are cut by other variables in turn. Lines
 * without such a condition stand under the empty prefix, and are always asked.
 *
 *     2,000 lines ── HTTP_HOST (from its end: *.example.com is a prefix then)
 *                       ├ "" ─────────────── lines for every host ── REQUEST_URI ─┬ "/api/timezone"
 *                       └ "moc.elpmaxe." ─── …                                    └ …
 *
 * It only leaves out what cannot match; whether a line does is `meetsAll`'s answer.
 */

import { formatVariable } from "./parse-variable.ts";
import { PrefixTree } from "./prefix-tree.ts";
import type { RequestValues } from "./request-values.ts";
import type { Condition, Pattern, Rule, Variable } from "./rule.ts";

/** Numbers are places in the list of rules, ascending. */
export type RuleIndex =
  | { readonly kind: "list"; readonly last: number; readonly rules: readonly number[] }
  | {
      readonly kind: "cut";
      readonly last: number;
      readonly variable: Variable;
      readonly tree: PrefixTree<RuleIndex>;
    };

const limits = {
  /** Fewer lines are asked one by one. */
  listLinesMax: 8,
  /** A cut that leaves more than this share together is none. */
  worthwhileShare: 0.75,
  /** Of a line's patterns multiplied over cuts: more, and it stands under the empty prefix. */
  copiesMax: 256,
} as const;

/** Where a whole text ends. A text that has one in it is found all the same: this only sorts out. */
const endMark = "\0";

interface Entry {
  readonly rule: number;
  /** How often it already stands in the index. */
  readonly copies: number;
}

/** PERF: O(lines × variables) for each level, of which there are at most as many as variables. */
export function buildRuleIndex(rules: readonly Rule[]): RuleIndex {
  const variables = new Map<string, Variable>();
  for (const { conditions } of rules) {
    for (const condition of conditions) {
      if (!condition.isNegated)
        variables.set(formatVariable(condition.variable), condition.variable);
    }
  }
  const entries = rules.map((_, rule) => ({ rule, copies: 1 }));
  return build(rules, entries, variables);
}

function build(
  rules: readonly Rule[],
  entries: readonly Entry[],
  variables: ReadonlyMap<string, Variable>,
): RuleIndex {
  const last = entries.at(-1)?.rule ?? -1;
  const list: RuleIndex = { kind: "list", last, rules: entries.map(({ rule }) => rule) };
  if (entries.length <= limits.listLinesMax) return list;
  const best = bestCut(rules, entries, variables);
  if (best === undefined) return list;
  const rest = new Map(variables);
  rest.delete(best.name);
  const tree = new PrefixTree<RuleIndex>();
  for (const [key, group] of best.groups) tree.set(key, build(rules, group, rest));
  return { kind: "cut", last, variable: best.variable, tree };
}

interface Cut {
  readonly name: string;
  readonly variable: Variable;
  readonly groups: ReadonlyMap<string, readonly Entry[]>;
}

/** The one after which the fewest lines are left to ask in the worst case. */
function bestCut(
  rules: readonly Rule[],
  entries: readonly Entry[],
  variables: ReadonlyMap<string, Variable>,
): Cut | undefined {
  let best: Cut | undefined;
  let fewest = entries.length * limits.worthwhileShare;
  for (const [name, variable] of variables) {
    const groups = groupBy(rules, entries, name);
    const left = worstLeft(groups);
    if (left >= fewest) continue;
    fewest = left;
    best = { name, variable, groups };
  }
  return best;
}

/** Lines below the worst chain of prefixes of one another. */
function worstLeft(groups: ReadonlyMap<string, readonly Entry[]>): number {
  let worst = 0;
  const sums = new PrefixTree<{ sum: number }>();
  for (const key of [...groups.keys()].sort((a, b) => a.length - b.length)) {
    let sum = groups.get(key)?.length ?? 0;
    let above = 0;
    sums.forEachPrefix(key, (each) => {
      above = each.sum;
    });
    sum += above;
    sums.set(key, { sum });
    worst = Math.max(worst, sum);
  }
  return worst;
}

function groupBy(
  rules: readonly Rule[],
  entries: readonly Entry[],
  name: string,
): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { conditions } = rules[entry.rule] as Rule;
    const keys = keysOf(conditions, name);
    const copies = entry.copies * keys.length;
    const isTooMany = copies > limits.copiesMax;
    for (const key of isTooMany ? [""] : keys) {
      const group = groups.get(key);
      const grouped = { rule: entry.rule, copies: isTooMany ? entry.copies : copies };
      if (group === undefined) groups.set(key, [grouped]);
      else group.push(grouped);
    }
  }
  return groups;
}

/** What the value begins with where the line matches, by its first condition on the variable. */
function keysOf(conditions: readonly Condition[], name: string): readonly string[] {
  const condition = conditions.find(
    ({ variable, isNegated }) => !isNegated && formatVariable(variable) === name,
  );
  if (condition === undefined) return [""];
  const { kind } = condition.variable;
  const keys = new Set(condition.patterns.map((pattern) => keyOf(pattern, kind)));
  return keys.has("") ? [""] : [...keys];
}

function keyOf({ pieces, network }: Pattern, kind: Variable["kind"]): string {
  if (kind === "address") return network ?? "";
  const isWhole = pieces.length === 1;
  const piece = (kind === "host" ? pieces.at(-1) : pieces[0]) as string;
  const key = kind === "host" ? reversed(piece) : piece;
  return isWhole ? key + endMark : key;
}

/** What the tree is asked with. */
function lookUpText(variable: Variable, values: RequestValues): string {
  if (variable.kind === "address") return values.addressBits;
  const value = values.of(variable);
  return (variable.kind === "host" ? reversed(value.toLowerCase()) : value) + endMark;
}

function reversed(text: string): string {
  let result = "";
  for (let at = text.length - 1; at >= 0; at -= 1) result += text[at];
  return result;
}

/**
 * The first rule from `from` on that `meets` says yes to; `best` when there is none before it.
 * PERF: O(text of the values that it is cut by + lines that share all prefixes with the request).
 */
export function firstMatch(
  index: RuleIndex,
  values: RequestValues,
  from: number,
  best: number,
  meets: (rule: number) => boolean,
): number {
  if (index.last < from) return best;
  if (index.kind === "list") {
    for (const rule of index.rules) {
      if (rule >= best) return best;
      if (rule >= from && meets(rule)) return rule;
    }
    return best;
  }
  let found = best;
  index.tree.forEachPrefix(lookUpText(index.variable, values), (below) => {
    found = firstMatch(below, values, from, found, meets);
  });
  return found;
}
