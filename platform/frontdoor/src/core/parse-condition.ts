/**
 * `VARIABLE=pattern|pattern` and `VARIABLE!=pattern`. Patterns that no request can match, as a host
 * with a port, are refused: whoever wrote them meant something else.
 */

import { parseNetwork } from "./address.ts";
import { parseVariable } from "./parse-variable.ts";
import type { Condition, Pattern, Variable } from "./rule.ts";
import type { Word } from "./rule-words.ts";
import { type Complaints, cutAt, type Slice, textOf, wholeWord } from "./word-reader.ts";

/** Whether a word before the action is meant as one. */
export function looksLikeCondition(word: Word): boolean {
  return !word.isQuoted && cutAt(wholeWord(word), "=").length > 1;
}

export function parseCondition(word: Word, complaints: Complaints): Condition | undefined {
  const [before] = cutAt(wholeWord(word), "=");
  if (before === undefined) return undefined;
  const isNegated = word.text[before.to - 1] === "!";
  const name = { word, from: 0, to: isNegated ? before.to - 1 : before.to };
  const variable = parseVariable(name, complaints);
  if (variable === undefined) return undefined;
  const value = { word, from: before.to + 1, to: word.text.length };
  const patterns = cutAt(value, "|").map((slice) => parsePattern(slice, variable, complaints));
  const known = patterns.filter((pattern) => pattern !== undefined);
  return known.length < patterns.length ? undefined : { variable, isNegated, patterns: known };
}

function parsePattern(
  slice: Slice,
  variable: Variable,
  complaints: Complaints,
): Pattern | undefined {
  const text = textOf(slice);
  const ignoresCase = variable.kind === "host" || variable.kind === "https";
  const pieces = cutAt(slice, "*").map((piece) => {
    const written = textOf(piece);
    return ignoresCase ? written.toLowerCase() : written;
  });
  const wrong = wrongPattern(variable, pieces, text);
  if (wrong !== undefined) return complaints.at(slice, wrong.message, wrong.expected);
  if (variable.kind !== "address" || pieces.length > 1) return { text, pieces, ignoresCase };
  const network = parseNetwork(text);
  if (network !== undefined) return { text, pieces, ignoresCase, network };
  return complaints.at(
    slice,
    `"${text}" is not an address`,
    "an address such as 10.1.2.3 or 2001:db8::1, a network such as 10.0.0.0/8 with no bits after it, or text with *",
  );
}

interface Wrong {
  readonly message: string;
  readonly expected: string;
}

/** What requests may have there: others are refused before any rule is asked. */
const methodPiece = /^[!#$%&'*+.^_`|~0-9A-Z-]*$/;
const hostPiece = /^(?:[a-z0-9._~-]*|\[[0-9a-f:.]*\]?|[0-9a-f:.]*\])$/;
const uriPiece = /^[\x21\x22\x24-\x7e]*$/;
const protocols: readonly string[] = ["HTTP/1.0", "HTTP/1.1", "HTTP/2.0"];

function wrongUri(pieces: readonly string[], text: string): Wrong | undefined {
  if (pieces.every((piece) => uriPiece.test(piece))) return undefined;
  return {
    message: `no request's path and query are "${text}"`,
    expected: "blanks, # and signs beyond ASCII percent-encoded, or REQUEST_PATH, which is decoded",
  };
}

function wrongHost(pieces: readonly string[], text: string): Wrong | undefined {
  if (/^[^[]*:\d*$|\]:\d*$/.test(text)) {
    return { message: `"${text}" has a port`, expected: "a host alone" };
  }
  if (!pieces.every((piece) => hostPiece.test(piece))) {
    const expected = "a host alone, without scheme and path; international ones as xn--…";
    return { message: `"${text}" is no host`, expected };
  }
  // What a request has is compared without it.
  if (text.length < 2 || !text.endsWith(".")) return undefined;
  return { message: `"${text}" ends with a dot`, expected: text.slice(0, -1) };
}

function wrongPattern(
  { kind }: Variable,
  pieces: readonly string[],
  text: string,
): Wrong | undefined {
  const isOpen = pieces.length > 1;
  const first = pieces[0] ?? "";
  switch (kind) {
    case "uri":
    case "path":
      if (!first.startsWith("/") && !(first === "" && isOpen)) {
        return {
          message: `no request's path begins with "${text}"`,
          expected: "a path from / or *",
        };
      }
      return kind === "uri" ? wrongUri(pieces, text) : undefined;
    case "host":
      return wrongHost(pieces, text);
    case "method":
      if (pieces.every((piece) => methodPiece.test(piece))) return undefined;
      return {
        message: `"${text}" is not a method`,
        expected: /^[a-z]+$/i.test(text) ? text.toUpperCase() : "methods with | between them",
      };
    case "protocol":
      if (isOpen || protocols.includes(text)) return undefined;
      return { message: `no request's protocol is "${text}"`, expected: protocols.join(", ") };
    case "https":
      if (text.toLowerCase() === "on" || text.toLowerCase() === "off") return undefined;
      return { message: `HTTPS is never "${text}"`, expected: "on or off" };
    default:
      return undefined;
  }
}
