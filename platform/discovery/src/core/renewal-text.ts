/**
 * Renewals that say, letter for letter, what was said before: known by their text, without reading it.
 *
 * Whoever renews sends the same text each time. It is compared with the announcement's own and, where a
 * client puts its members in another order, with the one that it last renewed with.
 */

import type { Catalogue, Entry } from "./catalogue.ts";

/** Finds a candidate only: what counts is that all of the text is the same. */
const idMember = /"announcementId"\s*:\s*"([^"\\]+)"/;

/** A text of much more is mostly white space, and not worth keeping. */
const longerMax = 2;

/** The announcement that `text` renews, if its key is right; undefined: the text has to be read. */
export function renewedBy(catalogue: Catalogue, text: string): Entry | undefined {
  const [, id = ""] = idMember.exec(text) ?? [];
  const entry = catalogue.get(id);
  if (entry === undefined) return undefined;
  return entry.json === text || entry.renewalText === text ? entry : undefined;
}

/** `text` was read, and said the same as `entry`. */
export function rememberRenewal(entry: Entry, text: string): void {
  if (text === entry.json || text.length > longerMax * entry.json.length) return;
  entry.renewalText = text;
}
