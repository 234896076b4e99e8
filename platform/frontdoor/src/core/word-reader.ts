/** What the parts of the parser share: a place in a word, and somebody to complain to. */

import type { RuleError } from "./rule-error.ts";
import type { Word } from "./rule-words.ts";

/** Some of a word's characters, from one place to another. */
export interface Slice {
  readonly word: Word;
  readonly from: number;
  readonly to: number;
}

export function wholeWord(word: Word): Slice {
  return { word, from: 0, to: word.text.length };
}

export function textOf({ word, from, to }: Slice): string {
  return word.text.slice(from, to);
}

/** Where the character at `at` stands, or would. */
function columnOf(word: Word, at: number): number {
  const { columns, column } = word;
  if (columns === undefined) return column + at;
  return columns[at] ?? (columns.at(-1) ?? column) + 1;
}

/** Cuts at a character that does not stand for itself. At least one part. */
export function cutAt(slice: Slice, character: string): readonly Slice[] {
  const { word, from, to } = slice;
  const parts: Slice[] = [];
  let start = from;
  let next = from;
  for (;;) {
    const at = word.text.indexOf(character, next);
    if (at < 0 || at >= to) break;
    next = at + 1;
    if (word.isLiteral?.[at] === true) continue;
    parts.push({ word, from: start, to: at });
    start = at + 1;
  }
  parts.push({ word, from: start, to });
  return parts;
}

/** Collects what is wrong with a file. */
export class Complaints {
  readonly file: string;
  readonly errors: RuleError[] = [];

  constructor(file: string) {
    this.file = file;
  }

  /** Undefined, so that a parser can end with it. */
  at(slice: Slice, message: string, expected: string): undefined {
    const { word, from } = slice;
    const { file } = this;
    this.errors.push({ file, line: word.line, column: columnOf(word, from), message, expected });
  }
}
