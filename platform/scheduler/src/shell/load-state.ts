/**
 * What a new leader begins with: every record that was kept, filed as if it had just been put.
 */

import type { OfferCache } from "../core/placement/offer-cache.ts";
import { type RecordKind, type RecordKinds, recordKinds } from "../core/records.ts";
import { createSchedulerState, fileRecord, type SchedulerState } from "../core/state.ts";
import type { RecordStore } from "../store/record-store.ts";

/**
 * Rejects with what the store says. Kinds that are not known here are an earlier version's, and are
 * left where they are.
 */
export async function loadState(
  store: Pick<RecordStore, "load">,
  offers: OfferCache,
): Promise<SchedulerState> {
  const kept = await store.load();
  const state = createSchedulerState(offers);
  for (const kind of recordKinds) {
    for (const [key, value] of kept.get(kind) ?? []) file(state, kind, key, value);
  }
  return state;
}

function file<K extends RecordKind>(
  state: SchedulerState,
  kind: K,
  key: string,
  value: unknown,
): void {
  fileRecord(state, kind, key, value as RecordKinds[K]);
}
