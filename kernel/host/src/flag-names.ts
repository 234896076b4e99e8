/**
 * Which flag a spelling means.
 *
 * A flag is found by its name or an alias, in any case, with dashes for underscores, behind `no-`,
 * and with `slave` for `agent` or the reverse where the table knows only one of the two words.
 */

import type { FlagTable } from "./flag-table.ts";

export interface FlagIndex {
  /** `negated`: it was spelled with `no-` before its name. */
  find(spelling: string): { readonly name: string; readonly negated: boolean } | undefined;
  /** The known name most like `spelling`, if any is close enough to be meant. */
  nearest(spelling: string): string | undefined;
}

export function createFlagIndex(table: FlagTable): FlagIndex {
  const names = new Map<string, string>();
  for (const [name, definition] of Object.entries(table)) {
    for (const spelling of [name, ...(definition.aliases ?? [])]) names.set(spelling, name);
  }
  for (const [spelling, name] of [...names]) {
    for (const other of otherWords(spelling)) if (!names.has(other)) names.set(other, name);
  }
  return {
    find(spelling) {
      const normal = normalName(spelling);
      const direct = names.get(normal);
      if (direct !== undefined) return { name: direct, negated: false };
      if (!normal.startsWith("no_")) return undefined;
      const name = names.get(normal.slice(3));
      return name === undefined ? undefined : { name, negated: true };
    },
    nearest: (spelling) => nearestName(normalName(spelling).replace(/^no_/, ""), names.keys()),
  };
}

function normalName(spelling: string): string {
  return spelling.toLowerCase().replaceAll("-", "_");
}

function otherWords(name: string): string[] {
  const swapped = [
    name.replaceAll(/(?<=^|_)slave(?=$|_)/g, "agent"),
    name.replaceAll(/(?<=^|_)agent(?=$|_)/g, "slave"),
  ];
  return swapped.filter((other) => other !== name);
}

function nearestName(spelling: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Math.max(2, Math.floor(spelling.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(spelling, name);
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

/** Levenshtein. PERF: O(a * b), and only on the way to an error message. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
