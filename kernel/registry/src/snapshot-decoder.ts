/**
 * A snapshot's chunks back into a registry, or the one sentence that says why not. Nothing that is
 * damaged, cut short or contradicts itself is taken in part.
 */

import { type AgentId, asId, instant, type Result } from "@tavola/base";
import { decodeMessage, registry } from "@tavola/protocol";
import { decodeFrame } from "./frame.ts";
import { machineKey } from "./maintenance.ts";
import { splitRecords, wholeRecordsBytes } from "./record-stream.ts";
import { corrupt, newer, type RegistryProblem } from "./registry-problem.ts";
import { createRegistryState, knownCapabilities, type RegistryState } from "./registry-state.ts";

/** All chunks, in order. `where` names the stored snapshot in an error. PERF: O(registry). */
export function decodeSnapshot(
  chunks: Iterable<Uint8Array>,
  where: string,
): Result<RegistryState, RegistryProblem> {
  const decoder = new SnapshotDecoder(where);
  for (const chunk of chunks) {
    const error = decoder.take(chunk);
    if (error !== undefined) return { error };
  }
  return decoder.end();
}

/**
 * The same chunk by chunk, as they are read, so that a large registry need not be decoded in one go.
 * After a problem it is of no use any more.
 */
export class SnapshotDecoder {
  readonly #where: string;
  readonly #state = createRegistryState();
  /** Chunks and records so far. */
  #parts = 0;
  #records = 0;
  /** The beginning of the record within which the last chunk ended. */
  #rest: Uint8Array = new Uint8Array(0);
  /** By the last record, which ends it: how many came before. */
  #expected: number | undefined;
  #unknownCapability: string | undefined;

  /** `where` names the stored snapshot in a problem. */
  constructor(where: string) {
    this.#where = where;
  }

  /** PERF: O(chunk); a full one of 256 KiB takes some 20 ms. */
  take(chunk: Uint8Array): RegistryProblem | undefined {
    const part = this.#parts;
    const where = `${this.#where}, chunk ${part},`;
    const frame = decodeFrame(chunk, "snapshot", where);
    if (frame.error !== undefined) return frame.error;
    if (frame.value.part !== part) return corrupt(where, `is chunk ${frame.value.part}`).error;
    this.#parts += 1;
    const bytes = joined(this.#rest, frame.value.payload);
    const whole = wholeRecordsBytes(bytes);
    this.#rest = bytes.subarray(whole);
    const split = splitRecords(bytes.subarray(0, whole), (record) => this.#takeRecord(record));
    return split.error === undefined ? undefined : this.#problem(split.error);
  }

  end(): Result<RegistryState, RegistryProblem> {
    const error = this.#endProblem();
    return error === undefined ? { value: this.#state } : { error };
  }

  #endProblem(): RegistryProblem | undefined {
    if (this.#rest.length > 0) return this.#problem(`ends within record ${this.#records}`);
    if (this.#unknownCapability !== undefined) return this.#problem("");
    if (this.#expected === undefined) return this.#problem("has no end");
    if (this.#expected === this.#records - 1) return undefined;
    return this.#problem(`has ${this.#records - 1} records, not ${this.#expected}`);
  }

  /** Who asks for what this version has not may have written what it misreads. */
  #problem(why: string): RegistryProblem {
    if (this.#unknownCapability === undefined) return corrupt(this.#where, why).error;
    const asks = `asks for ${this.#unknownCapability}`;
    return newer(this.#where, asks, "a version that has it").error;
  }

  /** Returns a clause that says why not. */
  #takeRecord(record: Uint8Array): string | undefined {
    if (this.#expected !== undefined) return "goes on after its end";
    const index = this.#records;
    const decoded = decodeMessage(registry.Record, record);
    if (decoded.error !== undefined) return `: record ${index} cannot be read (${decoded.error})`;
    this.#records += 1;
    this.#expected = decoded.value.end?.records;
    const capability = decoded.value.minimum_capability;
    if (capability !== undefined && !knownCapabilities.includes(capability)) {
      this.#unknownCapability ??= capability;
    }
    const error = putRecord(this.#state, decoded.value);
    return error === undefined ? undefined : `: record ${index} ${error}`;
  }
}

function joined(before: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (before.length === 0) return bytes;
  const both = new Uint8Array(before.length + bytes.length);
  both.set(before);
  both.set(bytes, before.length);
  return both;
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
