/**
 * A registry out of its store: the head, then what the head names, whole or not at all.
 *
 * "There is none" is said only when nothing at all lies where a registry would: a head that is gone
 * while batches are there, a batch that is missing, one that cannot be read are damage, and never an
 * empty registry. Writes nothing.
 */

import { CodedError, invariant } from "@tavola/base";
import type { Coordination, StorePath } from "@tavola/coordination";
import {
  applyOperation,
  createRegistryState,
  decodeBatch,
  decodeSnapshot,
  type RegistryProblem,
  type RegistryState,
} from "@tavola/registry";
import {
  batchPath,
  chunkPath,
  decodeHead,
  headFormat,
  headPath,
  type RegistryHead,
} from "./registry-layout.ts";

/** Values asked for at once, up to 256 KiB each. */
const readsAtOnce = 16;

export interface RegistryPlace {
  readonly store: Coordination;
  /** `registryRoot()` of the group. */
  readonly root: StorePath;
}

export interface VersionedHead {
  readonly head: RegistryHead;
  /** Of the value in the store. */
  readonly version: number;
}

/** undefined: there is none. Rejects with REGISTRY_CORRUPT, REGISTRY_NEWER, and what the store says. */
export async function readHead(place: RegistryPlace): Promise<VersionedHead | undefined> {
  const { store, root } = place;
  const stored = await store.get(headPath(root));
  if (stored === undefined) {
    const left = await store.children(root);
    if (left.length === 0) return undefined;
    // It may have been made between the two questions.
    if (left.includes("head")) return await readHead(place);
    throw corrupt(place, headPath(root), "is missing, though other parts of a registry are there");
  }
  const { value, error } = decodeHead(stored.value);
  if (error === undefined) return { head: value, version: stored.version };
  if (error.kind === "damaged") throw corrupt(place, headPath(root), error.what);
  const format = `has format ${error.what}, this version reads ${headFormat}`;
  throw new CodedError(
    "REGISTRY_NEWER",
    `this registry was written by a newer version (${headPath(root)} in ${store.description} ${format}); ` +
      "run that version; nothing was changed",
    { path: headPath(root) },
  );
}

/** PERF: one round trip for every 16 values. */
export async function readState(
  place: RegistryPlace,
  { snapshot, log }: RegistryHead,
): Promise<RegistryState> {
  let state = createRegistryState();
  if (snapshot !== undefined) {
    const { name, chunks } = snapshot;
    const paths = Array.from({ length: chunks }, (_, k) => chunkPath(place.root, name, k));
    const values: Uint8Array[] = [];
    for await (const { value } of readAll(place, paths)) values.push(value);
    const { value, error } = decodeSnapshot(values, whereIs(place, `${place.root}/${name}`));
    if (error !== undefined) throw problem(error);
    state = value;
  }
  const count = log.last - log.first + 1;
  const paths = Array.from({ length: count }, (_, k) => batchPath(place.root, log.first + k));
  for await (const { path, value } of readAll(place, paths)) {
    const operations = decodeBatch(value, whereIs(place, path));
    if (operations.error !== undefined) throw problem(operations.error);
    for (const operation of operations.value) {
      const { error } = applyOperation(state, operation);
      if (error !== undefined)
        throw corrupt(place, path, `does not fit what was before it: ${error}`);
    }
  }
  return state;
}

async function* readAll(place: RegistryPlace, paths: readonly StorePath[]) {
  for (let from = 0; from < paths.length; from += readsAtOnce) {
    const some = paths.slice(from, from + readsAtOnce);
    const values = await place.store.getAll(some);
    invariant(values.length === some.length, "a store answers for every path");
    for (const [index, path] of some.entries()) {
      const stored = values[index];
      if (stored === undefined) throw corrupt(place, path, "is missing");
      yield { path, value: stored.value };
    }
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
      return { ...found, state: await readState(place, found.head) };
    } catch (error) {
      // Compaction removes what an older head names: only an unchanged head proves damage.
      const isCorrupt = error instanceof CodedError && error.code === "REGISTRY_CORRUPT";
      if (!isCorrupt || (await readHead(place))?.version === found.version) throw error;
    }
  }
}

/** `what` is a clause: "is missing". */
export function corrupt(place: RegistryPlace, path: StorePath, what: string): CodedError {
  return new CodedError(
    "REGISTRY_CORRUPT",
    `the registry is damaged: ${whereIs(place, path)} ${what}; restore it from a backup ` +
      "(`tavola registry import`); nothing was changed",
    { path },
  );
}

function whereIs({ store }: RegistryPlace, path: StorePath): string {
  return `${path} in ${store.description}`;
}

function problem({ code, message }: RegistryProblem): CodedError {
  return new CodedError(code, message);
}
