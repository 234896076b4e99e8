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
import type { Pattern, Rule, Variable } from "./rule.ts";

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
  readonly keys: RuleKeys;
}

/** Of a line: by the name of a variable, what its value begins with where the line matches. */
type RuleKeys = ReadonlyMap<string, readonly string[]>;

/** PERF: O(conditions) for each level, of which there are at most as many as variables that tell lines apart. */
export function buildRuleIndex(rules: readonly Rule[]): RuleIndex {
  const variables = new Map<string, Variable>();
  const entries = rules.map(({ conditions }, rule) => {
    const keys = new Map<string, readonly string[]>();
    for (const { variable, isNegated, patterns } of conditions) {
      const name = formatVariable(variable);
      // Of several conditions on one variable one is enough to find the line.
      if (isNegated || keys.has(name)) continue;
      variables.set(name, variable);
      keys.set(name, keysOf(patterns, variable.kind));
    }
    return { rule, copies: 1, keys };
  });
  return build(entries, variables, new Set());
}

function build(
  entries: readonly Entry[],
  variables: ReadonlyMap<string, Variable>,
  used: ReadonlySet<string>,
): RuleIndex {
  const last = entries.at(-1)?.rule ?? -1;
  const list: RuleIndex = { kind: "list", last, rules: entries.map(({ rule }) => rule) };
  if (entries.length <= limits.listLinesMax) return list;
  const best = bestCut(entries, used);
  const variable = best === undefined ? undefined : variables.get(best.name);
  if (best === undefined || variable === undefined) return list;
  const usedBelow = new Set([...used, best.name]);
  const tree = new PrefixTree<RuleIndex>();
  for (const [key, group] of best.groups) tree.set(key, build(group, variables, usedBelow));
  return { kind: "cut", last, variable, tree };
}

interface Cut {
  readonly name: string;
  readonly groups: ReadonlyMap<string, readonly Entry[]>;
}

/** The one after which the fewest lines are left to ask in the worst case. */
function bestCut(entries: readonly Entry[], used: ReadonlySet<string>): Cut | undefined {
  let best: Cut | undefined;
  let fewest = entries.length * limits.worthwhileShare;
  for (const name of promisingNames(entries, used)) {
    const groups = groupBy(entries, name);
    const left = worstLeft(groups);
    if (left >= fewest) continue;
    fewest = left;
    best = { name, groups };
  }
  return best;
}

/** Variables on which enough lines have a condition for a cut to be worth while: a handful, of however many. */
function promisingNames(entries: readonly Entry[], used: ReadonlySet<string>): readonly string[] {
  const counts = new Map<string, number>();
  for (const { keys } of entries) {
    for (const name of keys.keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const least = entries.length * (1 - limits.worthwhileShare);
  return [...counts]
    .filter(([name, count]) => count >= least && !used.has(name))
    .map(([name]) => name);
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

function groupBy(entries: readonly Entry[], name: string): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const keys = entry.keys.get(name) ?? [""];
    const copies = entry.copies * keys.length;
    const isTooMany = copies > limits.copiesMax;
    const grouped = isTooMany ? entry : { ...entry, copies };
    for (const key of isTooMany ? [""] : keys) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [grouped]);
      else group.push(grouped);
    }
  }
  return groups;
}

function keysOf(patterns: readonly Pattern[], kind: Variable["kind"]): readonly string[] {
  const keys = new Set(patterns.map((pattern) => keyOf(pattern, kind)));
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
