/** Text against pieces with any run of characters between them. PERF: O(text), no backtracking. */

import type { Pattern } from "./rule.ts";

export function matchesPattern({ pieces }: Pattern, text: string): boolean {
  const first = pieces[0] as string;
  if (pieces.length === 1) return text === first;
  const last = pieces[pieces.length - 1] as string;
  const end = text.length - last.length;
  let at = first.length;
  if (end < at || !text.startsWith(first) || !text.endsWith(last)) return false;
  for (let index = 1; index < pieces.length - 1; index += 1) {
    const piece = pieces[index] as string;
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}

/**
 * What each `*` stood for: the shortest that makes it match, from left to right. Undefined: it does not.
 * `shown`: as long as the text, and what the stars are cut from.
 */
export function captureStars(
  pattern: Pattern,
  text: string,
  shown = text,
): readonly string[] | undefined {
  if (!matchesPattern(pattern, text)) return undefined;
  const { pieces } = pattern;
  if (pieces.length === 1) return [];
  const stars: string[] = [];
  let at = (pieces[0] as string).length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    stars.push(shown.slice(at, found));
    at = found + piece.length;
  }
  stars.push(shown.slice(at, text.length - (pieces.at(-1) as string).length));
  return stars;
}
