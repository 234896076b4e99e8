/**
 * Where a registry is, and its head. What the head names is read by `registry-copy.ts`, whole or not at
 * all.
 *
 * "There is none" is said only when nothing at all lies where a registry would: a head that is gone
 * while batches are there, a batch that is missing, one that cannot be read are damage, and never an
 * empty registry. Writes nothing.
 */

import { CodedError } from "@tavola/base";
import type { Coordination, StorePath } from "@tavola/coordination";
import { decodeHead, headFormat, headPath, type RegistryHead } from "./registry-layout.ts";

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

/** `what` is a clause: "is missing". */
export function corrupt(place: RegistryPlace, path: StorePath, what: string): CodedError {
  return new CodedError(
    "REGISTRY_CORRUPT",
    `the registry is damaged: ${whereIs(place, path)} ${what}; restore it from a backup ` +
      "(`tavola registry import`); nothing was changed",
    { path },
  );
}

/** For an error. */
export function whereIs({ store }: RegistryPlace, path: StorePath): string {
  return `${path} in ${store.description}`;
}
