/**
 * What a watcher is told who knows everything before index `since`.
 *
 *     since missing, below 0     everything
 *     since <= remembered        everything: it is older than what this server remembers
 *     since <= index             what was touched since then
 *     since == index + 1         nothing yet
 *     since >  index + 1         another server was ahead of this one, or the store was rebuilt
 *
 * Whoever watches only some announcements is told that one is gone when it left what is watched, also
 * where it lives on as something else.
 */

import type { Catalogue, Entry } from "./catalogue.ts";
import { everything, type Filter, matches } from "./filter.ts";

export type WatchState = "full" | "changed" | "unchanged" | "ahead";

/** PERF: O(changes since then) where a filter is given, else O(1). */
export function watchState(catalogue: Catalogue, filter: Filter, since: number): WatchState {
  if (since > catalogue.index + 1) return "ahead";
  if (since <= catalogue.rememberedFrom) return "full";
  if (since > catalogue.index) return "unchanged";
  if (filter === everything) return "changed";
  const { deletes, updates } = touchedSince(catalogue, filter, since);
  return deletes.length === 0 && updates.length === 0 ? "unchanged" : "changed";
}

/** PERF: O(announcements) of the types that are watched. */
export function fullUpdate(catalogue: Catalogue, filter: Filter): string {
  const updates: string[] = [];
  for (const entry of selected(catalogue, filter)) updates.push(entry.json);
  return formatUpdate(true, catalogue.index, [], updates);
}

/** `since` is one of which `watchState` said "changed" or "unchanged". PERF: O(changes since then). */
export function incrementalUpdate(catalogue: Catalogue, filter: Filter, since: number): string {
  const { deletes, updates } = touchedSince(catalogue, filter, since);
  return formatUpdate(false, catalogue.index, deletes, updates);
}

/** All that the filter takes; PERF: looks only at the types that it names, where it does. */
export function* selected(catalogue: Catalogue, filter: Filter): Generator<Entry> {
  if (filter.services === undefined) {
    for (const entry of catalogue.values()) if (matches(filter, entry)) yield entry;
    return;
  }
  for (const type of new Set(filter.services.map(({ serviceType }) => serviceType))) {
    for (const entry of catalogue.ofType(type)) if (matches(filter, entry)) yield entry;
  }
}

interface Touched {
  readonly deletes: readonly string[];
  /** As JSON. */
  readonly updates: readonly string[];
}

function touchedSince(catalogue: Catalogue, filter: Filter, since: number): Touched {
  const deletes: string[] = [];
  const updates: string[] = [];
  // Whether the watcher may know it: something that it was since then is watched.
  const touched = new Map<string, boolean>();
  for (const { id, before } of catalogue.changesSince(since) ?? []) {
    const wasKnown = before !== undefined && (filter === everything || matches(filter, before));
    touched.set(id, wasKnown || touched.get(id) === true);
  }
  for (const [id, wasKnown] of touched) {
    const now = catalogue.get(id);
    if (now !== undefined && matches(filter, now)) updates.push(now.json);
    else if (wasKnown) deletes.push(id);
  }
  return { deletes, updates };
}

function formatUpdate(
  isFull: boolean,
  index: number,
  deletes: readonly string[],
  updates: readonly string[],
): string {
  return `{"fullUpdate":${isFull},"index":${index},"deletes":${JSON.stringify(deletes)},"updates":[${updates.join(",")}]}`;
}
