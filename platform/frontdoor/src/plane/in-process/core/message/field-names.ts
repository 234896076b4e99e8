/**
 * Names of fields, checked and in lower case. Most requests bring the same few dozen, so what was
 * checked once is remembered, up to a bound.
 */

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const namesMax = 1024;
const nameCharactersMax = 64;
const known = new Map<string, string>();

/** RFC 9110 5.6.2. */
export function isToken(text: string): boolean {
  return token.test(text);
}

/** Undefined: no name of a field may look so. PERF: a look-up for a name that was seen before. */
export function fieldName(text: string): string | undefined {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (!token.test(text)) return undefined;
  const name = text.toLowerCase();
  if (known.size < namesMax && text.length <= nameCharactersMax) known.set(text, name);
  return name;
}
