/**
 * A rule file's text as lines of words, each character with its place, so that an error can point at it.
 *
 *     word                    separated by spaces and tabs
 *     "more words" 'or so'    either quote holds together, also in the middle of a word
 *     \*  \|  \"  \#  \ …     the character as it is; \n and \t are a new line and a tab
 *     # to the end            a comment, where a word would begin
 *     \ at the end of a line  the rule goes on in the next one
 *
 * What `*` and `|` mean is not decided here, only whether they were written to stand for themselves.
 */

import type { RuleError } from "./rule-error.ts";
import { ruleLimits } from "./rule-limits.ts";

export interface Word {
  readonly line: number;
  readonly column: number;
  readonly text: string;
  /** Of each character of `text`: the column it stands at. Undefined: one after the other. */
  readonly columns: readonly number[] | undefined;
  /** Of each character: written with a backslash, so it stands for itself. Undefined: none is. */
  readonly isLiteral: readonly boolean[] | undefined;
  /** Begins with a quote: an argument, whatever is in it. */
  readonly isQuoted: boolean;
}

export interface WordLine {
  /** Where its first word is. */
  readonly line: number;
  /** As it was written, without comments. */
  readonly text: string;
  readonly words: readonly Word[];
  /** Words that were left out. */
  readonly errors: readonly RuleError[];
}

/** Lines without a word are left out. PERF: O(characters). */
export function splitIntoWords(text: string, file: string): readonly WordLine[] {
  const lines: WordLine[] = [];
  const physical = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  let reader: LineReader | undefined;
  for (const [index, content] of physical.entries()) {
    reader ??= new LineReader(file);
    const goesOn = reader.read(content, index + 1) && index < physical.length - 1;
    if (goesOn) continue;
    const line = reader.finish();
    if (line !== undefined) lines.push(line);
    reader = undefined;
  }
  return lines;
}

interface OpenWord {
  line: number;
  column: number;
  text: string;
  columns: number[];
  isLiteral: boolean[];
  isQuoted: boolean;
}

const plainWord = /[!#-&(-[\]-~\u0080-\uffff]+(?=[ \t]|$)/y;

/** Of one line of the file, and of those that it goes on in. */
class LineReader {
  readonly #file: string;
  readonly #words: Word[] = [];
  readonly #errors: RuleError[] = [];
  #written = "";
  #characters = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** True: it goes on in the next line. */
  read(content: string, line: number): boolean {
    this.#characters += content.length;
    if (this.#characters > ruleLimits.lineCharactersMax) {
      const most = `at most ${ruleLimits.lineCharactersMax} characters`;
      if (this.#errors.length === 0) this.#complain(line, 1, "the line is too long", most);
      return content.endsWith("\\");
    }
    let at = 0;
    for (;;) {
      while (content[at] === " " || content[at] === "\t") at += 1;
      const character = content[at];
      if (character === undefined || character === "#") {
        this.#write(content.slice(0, at));
        return false;
      }
      if (character === "\\" && at === content.length - 1) {
        this.#write(content.slice(0, at));
        return true;
      }
      at = this.#readWord(content, line, at);
      if (at === content.length - 1 && content[at] === "\\") {
        this.#write(content.slice(0, at));
        return true;
      }
    }
  }

  finish(): WordLine | undefined {
    const line = this.#words[0]?.line ?? this.#errors[0]?.line;
    if (line === undefined) return undefined;
    return { line, text: this.#written.trim(), words: this.#words, errors: this.#errors };
  }

  #write(text: string): void {
    const trimmed = text.trim();
    this.#written += this.#written === "" || trimmed === "" ? trimmed : ` ${trimmed}`;
  }

  #complain(line: number, column: number, message: string, expected: string): void {
    this.#errors.push({ file: this.#file, line, column, message, expected });
  }

  /** Returns where it ends. A backslash that ends the line ends the word, and is not taken. */
  #readWord(content: string, line: number, from: number): number {
    // PERF: most words have neither quotes nor backslashes.
    plainWord.lastIndex = from;
    const text = plainWord.exec(content)?.[0];
    if (text === undefined) return this.#readOddWord(content, line, from);
    const isLiteral = undefined;
    const columns = undefined;
    this.#words.push({ line, column: from + 1, text, columns, isLiteral, isQuoted: false });
    return from + text.length;
  }

  #readOddWord(content: string, line: number, from: number): number {
    const word: OpenWord = {
      line,
      column: from + 1,
      text: "",
      columns: [],
      isLiteral: [],
      isQuoted: content[from] === '"' || content[from] === "'",
    };
    const errorsBefore = this.#errors.length;
    let quote: { readonly mark: string; readonly column: number } | undefined;
    let at = from;
    for (; at < content.length; at += 1) {
      const character = content[at] as string;
      if (character === "\\") {
        if (at === content.length - 1) break;
        at += 1;
        this.#takeEscaped(word, content[at] as string, at);
      } else if (quote !== undefined && character === quote.mark) {
        quote = undefined;
      } else if (quote === undefined && (character === '"' || character === "'")) {
        quote = { mark: character, column: at + 1 };
      } else if (quote === undefined && (character === " " || character === "\t")) {
        break;
      } else {
        this.#take(word, character, at + 1, false);
      }
    }
    if (quote !== undefined) {
      const message = `the quote ${quote.mark} is not closed in its line`;
      this.#complain(line, quote.column, message, quote.mark);
    }
    if (this.#errors.length === errorsBefore) this.#words.push(word);
    return at;
  }

  #take(word: OpenWord, character: string, column: number, isLiteral: boolean): void {
    if (!isLiteral && isControl(character) && character !== "\t") {
      const code = character.charCodeAt(0).toString(16).padStart(4, "0");
      this.#complain(word.line, column, `control character U+${code}`, "text");
      return;
    }
    word.text += character;
    word.columns.push(column);
    word.isLiteral.push(isLiteral);
  }

  #takeEscaped(word: OpenWord, character: string, at: number): void {
    if (character === "n" || character === "t") {
      this.#take(word, character === "n" ? "\n" : "\t", at, true);
    } else if (isControl(character) || /[A-Za-z0-9]/.test(character)) {
      const expected = String.raw`\n, \t, or a sign such as \* after a backslash`;
      this.#complain(word.line, at, `\\${character} means nothing`, expected);
    } else {
      this.#take(word, character, at, true);
    }
  }
}

function isControl(character: string): boolean {
  return character < " " || character === "\x7f";
}
