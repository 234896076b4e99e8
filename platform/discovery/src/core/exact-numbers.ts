/**
 * Numbers that are more exact than a double stand as they were written: ids of 64 bits, nanoseconds.
 *
 * Clients in other languages have them, and what they announce is handed on as it came. Node reads
 * such a number as another one; where a text has any, its members are read with their source beside them.
 */

/** What Node has and TypeScript does not know yet (ECMAScript: JSON.parse source text access). */
interface SourceJson {
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  /** Written as it is by `JSON.stringify`. */
  rawJSON(text: string): object;
}

const sourceJson: SourceJson = JSON as unknown as SourceJson;

/** Finds a candidate only: digits may as well stand in a text. */
const mayLoseNumbers = /\d{16}|\de\+?\d{3}/i;

/** As JSON.parse(); numbers that it would change are objects of `JSON.rawJSON`. */
export function parseExactly(text: string): unknown {
  if (!mayLoseNumbers.test(text)) return JSON.parse(text);
  return sourceJson.parse(text, (_name, value, { source }) =>
    typeof value === "number" && source !== undefined && isOther(value, source)
      ? sourceJson.rawJSON(source)
      : value,
  );
}

/** `text`: what `announcement` was read from. */
export function withNumbersAsWritten<A extends { readonly id: string; readonly json: string }>(
  announcement: A,
  text: string,
): A {
  if (!mayLoseNumbers.test(text)) return announcement;
  const { announcementId: _read, ...rest } = parseExactly(text) as Record<string, unknown>;
  return { ...announcement, json: JSON.stringify({ announcementId: announcement.id, ...rest }) };
}

/** What a double does to decimals is the same everywhere; whole numbers are other ones. */
function isOther(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return true;
  if (String(value) === source) return false;
  return /^-?\d+$/.test(source) && BigInt(source) !== BigInt(value);
}
