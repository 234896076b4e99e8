/**
 * Text of strangers in HAProxy's configuration, so that it stays text.
 *
 * An argument stands in strong quotes, in which HAProxy takes every sign for itself; a quote is said
 * outside of them. What cannot be said in one line (a control character) is refused: whoever compiles
 * leaves such a rule to the in-process plane. In a regular expression everything but letters and
 * digits is a number, which no level of quoting takes for anything else.
 */

import { CodedError } from "@tavola/base";

/** One argument. */
export function quoteArgument(text: string): string {
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0;
    if (code < 0x20 || code === 0x7f) {
      throw new CodedError("HAPROXY_TEXT", "cannot say a control character to HAProxy", { text });
    }
  }
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** One argument of several lines: in weak quotes, which know escapes. */
export function quoteLines(text: string): string {
  const escaped = text.replace(/["\\$]/g, "\\$&").replaceAll("\n", "\\n");
  if (!/^[ -~]*$/.test(escaped)) {
    throw new CodedError("HAPROXY_TEXT", "cannot say to HAProxy what is not ASCII", { text });
  }
  return `"${escaped}"`;
}

/** Text as a part of a log-format string, in which `%` begins a variable. Not quoted yet. */
export function escapeFormat(text: string): string {
  return text.replaceAll("%", "%%");
}

/** A regular expression (PCRE2) that matches just this text. */
export function escapeRegex(text: string): string {
  let escaped = "";
  for (const byte of new TextEncoder().encode(text)) {
    const sign = String.fromCharCode(byte);
    escaped += /[A-Za-z0-9]/.test(sign) ? sign : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return escaped;
}

/** Pieces with any run of characters between them, the whole text. */
export function regexOfPieces(pieces: readonly string[]): string {
  return `^${pieces.map(escapeRegex).join(".*")}$`;
}
