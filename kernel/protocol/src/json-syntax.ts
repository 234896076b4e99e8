/**
 * What Mesos says of a text that is not JSON.
 *
 * Its parser answers with the line and with what is left of that line where it stopped. This walks a
 * text that `JSON.parse` has refused in the same steps, only to find that place.
 */

/** Arrays and objects nested deeper than this count as an error, there as in Mesos. */
const nestingMax = 200;

const endOfText = "";

/** Words the error as Mesos does: `syntax error at line 1 near: }`. */
export function describeSyntaxError(text: string): string {
  const walk = new JsonWalk(text);
  if (!walk.value(0)) {
    return `syntax error at line ${walk.line} near: ${walk.restOfLine()}`;
  }
  const rest = walk.rest().trimEnd();
  return rest === ""
    ? "Unknown JSON parse error"
    : `Parsed JSON included non-whitespace trailing characters: ${rest}`;
}

/** A cursor that stays where the text stops being JSON. */
class JsonWalk {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get line(): number {
    return this.#text.slice(0, this.#at).split("\n").length;
  }

  rest(): string {
    return this.#text.slice(this.#at);
  }

  /** Without control characters. */
  restOfLine(): string {
    const [line = ""] = this.rest().split("\n", 1);
    return [...line].filter((character) => character >= " ").join("");
  }

  value(depth: number): boolean {
    this.#skipSpace();
    switch (this.#peek()) {
      case "n":
        return this.#word("null");
      case "t":
        return this.#word("true");
      case "f":
        return this.#word("false");
      case '"':
        this.#at += 1;
        return this.#string();
      case "[":
        return this.#list("]", depth, () => this.value(depth + 1));
      case "{":
        return this.#list("}", depth, () => this.#member(depth + 1));
      default:
        return this.#number();
    }
  }

  #peek(): string {
    return this.#text[this.#at] ?? endOfText;
  }

  #skipSpace(): void {
    while (/^[ \t\n\r]$/.test(this.#peek())) this.#at += 1;
  }

  #expect(character: string): boolean {
    this.#skipSpace();
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  #word(word: string): boolean {
    for (const character of word) {
      if (this.#peek() !== character) return false;
      this.#at += 1;
    }
    return true;
  }

  #list(close: string, depth: number, item: () => boolean): boolean {
    this.#at += 1;
    if (depth >= nestingMax) return false;
    if (this.#expect(close)) return true;
    do {
      if (!item()) return false;
    } while (this.#expect(","));
    return this.#expect(close);
  }

  #member(depth: number): boolean {
    return this.#expect('"') && this.#string() && this.#expect(":") && this.value(depth);
  }

  /** The rest of a string whose opening quote is read. */
  #string(): boolean {
    for (;;) {
      const character = this.#peek();
      if (character < " ") return false;
      this.#at += 1;
      if (character === '"') return true;
      if (character === "\\" && !this.#escape()) return false;
    }
  }

  #escape(): boolean {
    const character = this.#peek();
    if (character === endOfText) return false;
    this.#at += 1;
    if (character !== "u") return '"\\/bfnrt'.includes(character);
    for (let i = 0; i < 4; i++) {
      if (!/^[0-9a-fA-F]$/.test(this.#peek())) return false;
      this.#at += 1;
    }
    return true;
  }

  #number(): boolean {
    if (!/^[-0-9]$/.test(this.#peek())) return false;
    const from = this.#at;
    while (/^[-+.eE0-9]$/.test(this.#peek())) this.#at += 1;
    return /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(this.#text.slice(from, this.#at));
  }
}
