/**
 * The fields of a head or of trailers, from text that ends before the empty line.
 *
 * Strict where implementations differ, because what two of them read differently is how a request is
 * smuggled past one of them: no folded lines, no space before the colon, no line ends but CRLF, no
 * control characters (RFC 9112 5, 2.2).
 */

import type { FieldList } from "./field-list.ts";
import { fieldName } from "./field-names.ts";

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export type ParsedFields = { readonly fields: FieldList } | { readonly error: string };

/** What no head has, of text that goes on after its end: a carriage return at its end may be half of a line's end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const forbiddenSoFar = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n|$)|(?:^|[^\r])\n/;

/**
 * A control character other than tab, or half of a line's end. PERF: every head and answer is looked
 * at; a loop takes 2 to 3 ns a character, a regular expression three times that.
 */
export function hasForbiddenCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0x20 ? code !== 0x7f : code === tab) continue;
    if (code !== carriageReturn || text.charCodeAt(at + 1) !== lineFeed) return true;
    at += 1;
  }
  return false;
}

export function hasForbiddenCharacterSoFar(text: string): boolean {
  return forbiddenSoFar.test(text);
}

/** `text` from `start` on has no forbidden character. */
export function parseFields(text: string, start: number, fieldsMax: number): ParsedFields {
  const fields: string[] = [];
  let at = start;
  while (at < text.length) {
    let end = text.indexOf("\r\n", at);
    if (end < 0) end = text.length;
    const colon = text.indexOf(":", at);
    if (colon < 0 || colon > end) return { error: "a header line without a colon" };
    const name = fieldName(text.slice(at, colon));
    if (name === undefined) return { error: "a header's name has characters that none may have" };
    if (fields.length >= 2 * fieldsMax) return { error: "too many headers" };
    fields.push(name, trimmed(text, colon + 1, end));
    at = end + 2;
  }
  return { fields };
}

/** Without the spaces and tabs at both ends; `trim()` would take more than those. */
function trimmed(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === tab;
}
