/**
 * What a head names, folded together; and how the same copy is brought to a later head by reading only
 * what was written since.
 *
 *     head: snapshot, log first..last        copy: snapshot, log first..n, read so far
 *     goes on: the same snapshot, the same first, and last >= n; then n+1..last are read
 *
 * A copy is either right or thrown away. Whoever brings one further reads its last batch once more:
 * one that is not what it was, and a log that is not as long as the head says, is another registry's,
 * whatever its names. Compaction puts another snapshot there, so it ends every copy. Writes nothing.
 */

import { CodedError, invariant } from "@tavola/base";
import type { StorePath } from "@tavola/coordination";
import {
  applyOperation,
  createRegistryState,
  decodeBatch,
  type RegistryProblem,
  type RegistryState,
  SnapshotDecoder,
} from "@tavola/registry";
import { batchPath, chunkPath, logPath, type RegistryHead } from "./registry-layout.ts";
import {
  corrupt,
  type RegistryPlace,
  readHead,
  type VersionedHead,
  whereIs,
} from "./registry-reader.ts";

/** Values asked for at once, up to 256 KiB each; the next are on their way meanwhile. */
const readsAtOnce = 8;

export class RegistryCopy {
  readonly #place: RegistryPlace;
  readonly #state: RegistryState;
  /** Of the newest head that it was brought to, and of the log what was read. */
  #head: RegistryHead;
  /** The last of the log that was read; undefined: none was. */
  #lastBatch: Uint8Array | undefined;
  /** It may hold what is in no registry. */
  #isDoubtful = false;

  private constructor(place: RegistryPlace, head: RegistryHead, state: RegistryState) {
    this.#place = place;
    this.#state = state;
    this.#head = { ...head, log: { first: head.log.first, last: head.log.first - 1, bytes: 0 } };
  }

  /**
   * All that the head names. Rejects with REGISTRY_CORRUPT, REGISTRY_NEWER, and what the store says.
   * PERF: one round trip for every 8 values; a turn of the event loop takes no more than those.
   */
  static async read(place: RegistryPlace, head: RegistryHead): Promise<RegistryCopy> {
    const copy = new RegistryCopy(place, head, await readSnapshot(place, head));
    const { first, last } = head.log;
    for await (const { path, value } of readAll(place, batchPaths(place, first, last))) {
      copy.#take(path, value);
    }
    copy.#head = head;
    return copy;
  }

  /** The copy's own: whoever goes on bringing it further changes it. */
  get state(): RegistryState {
    return this.#state;
  }

  /** Whether the head is that which it was brought to last. */
  isAt({ epoch, writer, writes }: RegistryHead): boolean {
    const { epoch: ownEpoch, writer: ownWriter, writes: ownWrites } = this.#head;
    return epoch === ownEpoch && writer === ownWriter && writes === ownWrites;
  }

  /** Whether the head can be one that came after, and names the same snapshot and log. */
  goesOn({ epoch, writer, writes, log, snapshot }: RegistryHead): boolean {
    const own = this.#head;
    const isLater =
      epoch > own.epoch || (epoch === own.epoch && writer === own.writer && writes >= own.writes);
    return (
      !this.#isDoubtful &&
      isLater &&
      snapshot?.name === own.snapshot?.name &&
      snapshot?.chunks === own.snapshot?.chunks &&
      snapshot?.bytes === own.snapshot?.bytes &&
      log.first === own.log.first &&
      log.last >= own.log.last &&
      log.bytes >= own.log.bytes
    );
  }

  /**
   * To a head that it `goesOn` to. Rejects as `read`; with REGISTRY_CORRUPT also when the registry is
   * another one: then it goes on to nothing any more. After any other error it is as good as before.
   */
  async advance(head: RegistryHead): Promise<void> {
    invariant(this.goesOn(head), "a copy is brought to a later head of the same log");
    if (this.isAt(head)) return;
    try {
      await this.#readOn(head);
    } catch (error) {
      this.#isDoubtful = isDamage(error);
      throw error;
    }
  }

  async #readOn(head: RegistryHead): Promise<void> {
    const { first, last } = this.#head.log;
    let known = this.#lastBatch;
    const paths = batchPaths(this.#place, known === undefined ? first : last, head.log.last);
    for await (const { path, value } of readAll(this.#place, paths)) {
      if (known === undefined) this.#take(path, value);
      else if (Buffer.compare(value, known) !== 0) throw this.#foreign(path);
      known = undefined;
    }
    if (this.#head.log.bytes !== head.log.bytes) throw this.#foreign(logPath(this.#place.root));
    this.#head = head;
  }

  #take(path: StorePath, value: Uint8Array): void {
    const operations = decodeBatch(value, whereIs(this.#place, path));
    if (operations.error !== undefined) throw problem(operations.error);
    for (const operation of operations.value) {
      const { error } = applyOperation(this.#state, operation);
      if (error === undefined) continue;
      throw corrupt(this.#place, path, `does not fit what was before it: ${error}`);
    }
    const { first, last, bytes } = this.#head.log;
    this.#lastBatch = value;
    this.#head = { ...this.#head, log: { first, last: last + 1, bytes: bytes + value.length } };
  }

  #foreign(path: StorePath): CodedError {
    return corrupt(this.#place, path, "is not what the head says, or not what it was");
  }
}

/** `copy` where it goes on to the head; else, and where it turns out to be another's, all is read. */
export async function bringTo(
  place: RegistryPlace,
  head: RegistryHead,
  copy: RegistryCopy | undefined,
): Promise<RegistryCopy> {
  if (copy?.goesOn(head) !== true) return await RegistryCopy.read(place, head);
  try {
    await copy.advance(head);
    return copy;
  } catch (error) {
    // Should it be the registry that is damaged, reading all of it says so.
    if (isDamage(error)) return await RegistryCopy.read(place, head);
    throw error;
  }
}

/** Head and state that belong together, also while a leader writes. undefined: there is none. */
export async function readRegistry(
  place: RegistryPlace,
): Promise<(VersionedHead & { readonly state: RegistryState }) | undefined> {
  for (;;) {
    const found = await readHead(place);
    if (found === undefined) return undefined;
    try {
      return { ...found, state: (await RegistryCopy.read(place, found.head)).state };
    } catch (error) {
      // Compaction removes what an older head names: only an unchanged head proves damage.
      if (!isDamage(error) || (await readHead(place))?.version === found.version) throw error;
    }
  }
}

/** What an older head names may only have been removed since: ask for the head once more. */
export function isDamage(error: unknown): boolean {
  return error instanceof CodedError && error.code === "REGISTRY_CORRUPT";
}

function batchPaths({ root }: RegistryPlace, first: number, last: number): readonly StorePath[] {
  return Array.from({ length: last - first + 1 }, (_, k) => batchPath(root, first + k));
}

async function readSnapshot(
  place: RegistryPlace,
  { snapshot }: RegistryHead,
): Promise<RegistryState> {
  if (snapshot === undefined) return createRegistryState();
  const { name, chunks } = snapshot;
  const paths = Array.from({ length: chunks }, (_, k) => chunkPath(place.root, name, k));
  const decoder = new SnapshotDecoder(whereIs(place, `${place.root}/${name}`));
  for await (const { value } of readAll(place, paths)) {
    const error = decoder.take(value);
    if (error !== undefined) throw problem(error);
  }
  const { value, error } = decoder.end();
  if (error !== undefined) throw problem(error);
  return value;
}

async function* readAll({ store, root }: RegistryPlace, paths: readonly StorePath[]) {
  const groups: (readonly StorePath[])[] = [];
  for (let from = 0; from < paths.length; from += readsAtOnce) {
    groups.push(paths.slice(from, from + readsAtOnce));
  }
  const ask = (group: readonly StorePath[] = []) => {
    const answer = store.getAll(group);
    // It is awaited later, or not at all when an earlier one is refused.
    answer.catch(() => undefined);
    return answer;
  };
  let next = groups.length > 0 ? ask(groups[0]) : undefined;
  for (const [index, group] of groups.entries()) {
    const values = await next;
    next = index + 1 < groups.length ? ask(groups[index + 1]) : undefined;
    invariant(values?.length === group.length, "a store answers for every path");
    for (const [at, path] of group.entries()) {
      const stored = values[at];
      if (stored === undefined) throw corrupt({ store, root }, path, "is missing");
      yield { path, value: stored.value };
    }
  }
}

function problem({ code, message }: RegistryProblem): CodedError {
  return new CodedError(code, message);
}
