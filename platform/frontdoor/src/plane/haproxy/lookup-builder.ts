/**
 * Gathers rules that a search in a tree can tell, and builds the trees.
 *
 * A tree finds the longest text that a request's begins with. So that this gives the lowest number,
 * each entry is given the lowest number of itself and of all entries that it begins with.
 */

import { PrefixTree } from "../../core/prefix-tree.ts";
import type { HostKey, Lookup, LookupTable, Match, Subject, Test } from "./compiled-rules.ts";

const limits = {
  /** Hosts times URIs of one rule; more, and it is a test. */
  entriesOfRuleMax: 256,
  /** Different numbers of labels in `*.example.com`; each is one more search. */
  suffixLengthsMax: 3,
  /** Of a text in a tree. */
  charactersMax: 1000,
} as const;

interface MutableTable {
  readonly exact: Map<string, number>;
  readonly prefix: Map<string, number>;
}

interface MutableLookup {
  readonly subject: Subject;
  readonly host: HostKey;
  readonly tables: Map<string, MutableTable>;
  readonly classes: Map<string, string>;
}

interface HostText {
  readonly key: HostKey;
  readonly text: string;
}

export class LookupBuilder {
  readonly #lookups = new Map<string, MutableLookup>();
  readonly #suffixLengths = new Set<number>();

  /** False: the rule is none of these. Numbers come in ascending order. */
  add(number: number, tests: readonly Test[]): boolean {
    const hostTests = tests.filter(({ source }) => source.kind === "host");
    const uriTests = tests.filter(({ source }) => source.kind === "uri" || source.kind === "path");
    if (hostTests.length > 1 || uriTests.length > 1) return false;
    if (hostTests.length + uriTests.length < tests.length) return false;
    if (tests.some(({ isNegated }) => isNegated)) return false;
    const [uri] = uriTests;
    const hosts = this.#hostsOf(hostTests[0]);
    const matches = uri?.matches ?? [{ kind: "prefix" as const, text: "" }];
    if (hosts === undefined || !matches.every(isLookedUp)) return false;
    if (hosts.length * matches.length > limits.entriesOfRuleMax) return false;
    const subject = uri?.source.kind === "path" ? "path" : "uri";
    for (const host of hosts) {
      const table = this.#tableOf(subject, host);
      for (const match of matches) {
        // A request's URI has no space in it, and what nobody asks for is nowhere to be found.
        if (match.text.includes(" ")) continue;
        const entries = match.kind === "exact" ? table.exact : table.prefix;
        if (!entries.has(match.text)) entries.set(match.text, number);
      }
    }
    return true;
  }

  build(): readonly Lookup[] {
    return [...this.#lookups.values()].map((lookup) => ({
      ...lookup,
      tables: new Map([...lookup.tables].map(([name, table]) => [name, closed(table)])),
    }));
  }

  #hostsOf(test: Test | undefined): readonly HostText[] | undefined {
    if (test === undefined) return [{ key: { kind: "any" }, text: "" }];
    const hosts = test.matches.map(hostOf);
    const known = hosts.filter((host) => host !== undefined);
    if (known.length < hosts.length) return undefined;
    const lengths = new Set(this.#suffixLengths);
    for (const { key } of known) if (key.kind === "suffix") lengths.add(key.labels);
    if (lengths.size > limits.suffixLengthsMax) return undefined;
    for (const length of lengths) this.#suffixLengths.add(length);
    return known;
  }

  #tableOf(subject: Subject, { key, text }: HostText): MutableTable {
    const name = `${subject} ${JSON.stringify(key)}`;
    let lookup = this.#lookups.get(name);
    if (lookup === undefined) {
      lookup = { subject, host: key, tables: new Map(), classes: new Map() };
      this.#lookups.set(name, lookup);
    }
    // None begins another, so that in front of a URI they cannot be taken for one another.
    const hostClass =
      key.kind === "any" ? "" : (lookup.classes.get(text) ?? `${lookup.classes.size}:`);
    if (key.kind !== "any") lookup.classes.set(text, hostClass);
    const table = lookup.tables.get(hostClass) ?? { exact: new Map(), prefix: new Map() };
    lookup.tables.set(hostClass, table);
    return table;
  }
}

type LookedUp = Extract<Match, { readonly kind: "exact" | "prefix" | "suffix" }>;

function isLookedUp(match: Match): match is LookedUp {
  const isKind = match.kind === "exact" || match.kind === "prefix";
  return isKind && match.text.length <= limits.charactersMax;
}

/** `www.example.com`, `*.example.com`; undefined: another form. */
function hostOf(match: Match): HostText | undefined {
  if (match.kind === "exact" && /^[a-z0-9._[\]:-]+$/.test(match.text)) {
    return { key: { kind: "whole" }, text: match.text };
  }
  if (match.kind !== "suffix" || !/^(?:\.[a-z0-9_-]+)+$/.test(match.text)) return undefined;
  const labels = match.text.split(".").slice(1);
  return { key: { kind: "suffix", labels: labels.length }, text: labels.join(".") };
}

function closed({ exact, prefix }: MutableTable): LookupTable {
  const tree = new PrefixTree<number>();
  for (const [text, number] of prefix) tree.set(text, number);
  const lowest = (text: string, number: number): number => {
    let found = number;
    tree.forEachPrefix(text, (each) => {
      found = Math.min(found, each);
    });
    return found;
  };
  const close = (entries: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
    new Map([...entries].map(([text, number]) => [text, lowest(text, number)]));
  return { exact: close(exact), prefix: close(prefix) };
}
