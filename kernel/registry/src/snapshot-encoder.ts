/**
 * A snapshot: a whole registry as a stream of records, cut into chunks that any store takes. Chunks may
 * end within a record; the last record says how many there were.
 */

import { encodeMessage, registry } from "@tavola/protocol";
import { encodeFrame, frameHeadBytesMax } from "./frame.ts";
import { joinRecords } from "./record-stream.ts";
import { minimumCapabilitiesOf, type RegistryState } from "./registry-state.ts";

/** Of a chunk, its first line included. */
export const chunkBytesMax = 256 * 1024;

/**
 * The chunks, in order, each made when it is asked for, so that a large registry need not be encoded
 * in one go. They tell the state as it is now, whatever is applied to it meanwhile.
 *
 * PERF: O(registry); 50,000 agents are 20 MB and about half a second.
 */
export function encodeSnapshot(state: RegistryState): Generator<Uint8Array, void, undefined> {
  return chunksOf(recordsOf(copyOf(state)), chunkBytesMax - frameHeadBytesMax);
}

function copyOf(state: RegistryState): RegistryState {
  return {
    ...state,
    admitted: new Map(state.admitted),
    unreachable: new Map(state.unreachable),
    gone: new Map(state.gone),
    deactivated: new Set(state.deactivated),
    machines: new Map(state.machines),
    quotas: new Map(state.quotas),
    weights: new Map(state.weights),
  };
}

function* chunksOf(
  records: Iterable<registry.Record>,
  payloadBytesMax: number,
): Generator<Uint8Array, void, undefined> {
  const pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let part = 0;
  const take = (bytes: number): Uint8Array => {
    const payload = new Uint8Array(bytes);
    for (let at = 0; at < bytes; ) {
      const piece = pending[0] as Uint8Array;
      const used = piece.subarray(0, bytes - at);
      payload.set(used, at);
      at += used.length;
      if (used.length === piece.length) pending.shift();
      else pending[0] = piece.subarray(used.length);
    }
    pendingBytes -= bytes;
    return encodeFrame({ kind: "snapshot", part: part++, payload });
  };
  for (const record of records) {
    const bytes = joinRecords([encodeMessage(registry.Record, record)]);
    pending.push(bytes);
    pendingBytes += bytes.length;
    while (pendingBytes >= payloadBytesMax) yield take(payloadBytesMax);
  }
  if (pendingBytes > 0) yield take(pendingBytes);
}

function* recordsOf(state: RegistryState): Generator<registry.Record, void, undefined> {
  let records = 0;
  for (const record of contentsOf(state)) {
    records += 1;
    yield record;
  }
  yield { end: { records } };
}

function* contentsOf(state: RegistryState): Generator<registry.Record, void, undefined> {
  for (const name of minimumCapabilitiesOf(state)) yield { minimum_capability: name };
  if (state.leader !== undefined) yield { leader: state.leader };
  for (const { info, drain, deactivated } of state.admitted.values()) {
    yield { admitted: { info, deactivated, ...(drain && { drain }) } };
  }
  for (const [id, { since, drain, deactivated }] of state.unreachable) {
    yield { unreachable: { agent_id: id, at_ms: since, deactivated, ...(drain && { drain }) } };
  }
  for (const [id, { since }] of state.gone) yield { gone: { agent_id: id, at_ms: since } };
  for (const machine of state.machines.values()) yield { machine };
  if (state.schedule !== undefined) yield { schedule: state.schedule };
  for (const quota of state.quotas.values()) yield { quota };
  for (const [role, weight] of state.weights) yield { weight: { role, weight } };
}
