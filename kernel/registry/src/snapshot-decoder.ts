/**
 * A snapshot's chunks back into a registry, or the one sentence that says why not. Nothing that is
 * damaged, cut short or contradicts itself is taken in part.
 */

import { type AgentId, asId, instant, type Result } from "@tavola/base";
import { decodeMessage, registry } from "@tavola/protocol";
import { decodeFrame } from "./frame.ts";
import { machineKey } from "./maintenance.ts";
import { splitRecords } from "./record-stream.ts";
import { corrupt, newer, type RegistryProblem } from "./registry-problem.ts";
import { createRegistryState, knownCapabilities, type RegistryState } from "./registry-state.ts";

/** All chunks, in order. `where` names the stored snapshot in an error. PERF: O(registry). */
export function decodeSnapshot(
  chunks: readonly Uint8Array[],
  where: string,
): Result<RegistryState, RegistryProblem> {
  const payloads: Uint8Array[] = [];
  for (const [part, chunk] of chunks.entries()) {
    const frame = decodeFrame(chunk, "snapshot", `${where}, chunk ${part},`);
    if (frame.error !== undefined) return frame;
    if (frame.value.part !== part) {
      return corrupt(`${where}, chunk ${part},`, `is chunk ${frame.value.part}`);
    }
    payloads.push(frame.value.payload);
  }
  return decodeRecords(concatenated(payloads), where);
}

function concatenated(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function decodeRecords(bytes: Uint8Array, where: string): Result<RegistryState, RegistryProblem> {
  const state = createRegistryState();
  let expected: number | undefined;
  let unknownCapability: string | undefined;
  const split = splitRecords(bytes, (record, index) => {
    if (expected !== undefined) return `goes on after its end`;
    const decoded = decodeMessage(registry.Record, record);
    if (decoded.error !== undefined) return `: record ${index} cannot be read (${decoded.error})`;
    expected = decoded.value.end?.records;
    const capability = decoded.value.minimum_capability;
    if (capability !== undefined && !knownCapabilities.includes(capability)) {
      unknownCapability ??= capability;
    }
    const error = putRecord(state, decoded.value);
    return error === undefined ? undefined : `: record ${index} ${error}`;
  });
  if (unknownCapability !== undefined) {
    return newer(where, `asks for ${unknownCapability}`, "a version that has it");
  }
  if (split.error !== undefined) return corrupt(where, split.error);
  if (expected === undefined) return corrupt(where, "has no end");
  if (expected !== split.value - 1) {
    return corrupt(where, `has ${split.value - 1} records, not ${expected}`);
  }
  return { value: state };
}

/** Returns a clause that says why not. */
function putRecord(state: RegistryState, record: registry.Record): string | undefined {
  if (record.leader) state.leader = record.leader;
  else if (record.admitted) return putAdmitted(state, record.admitted);
  else if (record.unreachable) return putUnreachable(state, record.unreachable);
  else if (record.gone) return putGone(state, record.gone);
  else if (record.machine) state.machines.set(machineKey(record.machine.id), record.machine);
  else if (record.schedule) state.schedule = record.schedule;
  else if (record.quota) state.quotas.set(record.quota.role, record.quota);
  else if (record.weight) state.weights.set(record.weight.role ?? "", record.weight.weight);
  else if (record.end === undefined && record.minimum_capability === undefined) {
    return "is of no known kind";
  }
  return undefined;
}

function putAdmitted(
  state: RegistryState,
  { info, drain, deactivated }: registry.Record_AdmittedAgent,
): string | undefined {
  const id = asId<AgentId>(info.id?.value ?? "");
  if (isThere(state, id)) return twice(id);
  state.admitted.set(id, { info, drain, deactivated });
  if (deactivated) state.deactivated.add(id);
  return undefined;
}

function putUnreachable(
  state: RegistryState,
  { agent_id: value, at_ms: at, drain, deactivated }: registry.Record_UnreachableAgent,
): string | undefined {
  const id = asId<AgentId>(value);
  if (isThere(state, id)) return twice(id);
  state.unreachable.set(id, { since: instant(at), drain, deactivated });
  if (deactivated) state.deactivated.add(id);
  return undefined;
}

function putGone(
  state: RegistryState,
  { agent_id: value, at_ms: at }: registry.Record_GoneAgent,
): string | undefined {
  const id = asId<AgentId>(value);
  if (isThere(state, id)) return twice(id);
  state.gone.set(id, { since: instant(at) });
  return undefined;
}

function isThere(state: RegistryState, id: AgentId): boolean {
  return id === "" || state.admitted.has(id) || state.unreachable.has(id) || state.gone.has(id);
}

function twice(id: AgentId): string {
  return id === "" ? "is an agent without an id" : `tells of agent ${id} a second time`;
}
