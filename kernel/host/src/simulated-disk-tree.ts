/**
 * The names and bytes of a simulated disk, twice: as they are seen, and as they are on the platter; and
 * what of the difference arrives when the power fails.
 */

import { type Random, randomInt } from "@tavola/base";

export interface File {
  readonly kind: "file";
  seen: Uint8Array;
  synced: Uint8Array;
}

interface Link {
  readonly kind: "link";
  readonly target: string;
}

export interface Directory {
  readonly kind: "directory";
  readonly seen: Map<string, Node>;
  readonly synced: Map<string, Node>;
  /** What was done to `seen` and is not in `synced`, in order. */
  changes: NameChange[];
}

export type Node = File | Link | Directory;

/** Shared by both directories when something moves from one to the other. */
export interface NameChange {
  readonly steps: readonly {
    readonly directory: Directory;
    readonly name: string;
    /** undefined: the name goes. */
    readonly node: Node | undefined;
  }[];
}

/** Empty. */
export function newDirectory(): Directory {
  return { kind: "directory", seen: new Map(), synced: new Map(), changes: [] };
}

/** Brings it to the platter, after all that came before it in either directory. */
export function applyChange(change: NameChange): void {
  for (const { directory } of change.steps) {
    while (directory.changes.includes(change) && directory.changes[0] !== change) {
      applyChange(directory.changes[0] as NameChange);
    }
  }
  for (const { directory, name, node } of change.steps) {
    // Another directory's sync has brought it along.
    if (!directory.changes.includes(change)) continue;
    if (node === undefined) directory.synced.delete(name);
    else directory.synced.set(name, node);
  }
  for (const { directory } of change.steps) {
    if (directory.changes[0] === change) directory.changes.shift();
  }
}

/** Throws away what is seen, after the dice have let some of it arrive. */
export function losePower(root: Directory, random: Random): void {
  arriveInPart(root, random, new Set());
  showPlatter(root, random);
}

/** The first few of its changes arrived; so did those of what is below it. */
function arriveInPart(directory: Directory, random: Random, reached: Set<Directory>): void {
  if (reached.has(directory)) return;
  reached.add(directory);
  const arrived = directory.changes.slice(0, randomInt(random, directory.changes.length + 1));
  for (const change of arrived) applyChange(change);
  for (const node of directory.synced.values()) {
    if (node.kind === "directory") arriveInPart(node, random, reached);
  }
}

/** What is on the platter is what is seen from now on. */
function showPlatter(directory: Directory, random: Random): void {
  directory.changes = [];
  directory.seen.clear();
  for (const [name, node] of directory.synced) {
    directory.seen.set(name, node);
    if (node.kind === "file") crashFile(node, random);
    else if (node.kind === "directory") showPlatter(node, random);
  }
}

function crashFile(file: File, random: Random): void {
  const { seen, synced } = file;
  if (seen !== synced) {
    const fate = randomInt(random, 4);
    if (fate === 0) file.seen = synced;
    else if (fate === 2) file.seen = seen.slice(0, tornLength(seen, synced, random));
    else if (fate === 3) file.seen = zeroedBeyond(seen, commonLength(seen, synced));
  }
  file.synced = file.seen;
}

/** Anywhere in what is new. */
function tornLength(seen: Uint8Array, synced: Uint8Array, random: Random): number {
  const kept = commonLength(seen, synced);
  return kept + randomInt(random, seen.length - kept + 1);
}

function commonLength(a: Uint8Array, b: Uint8Array): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

function zeroedBeyond(bytes: Uint8Array, kept: number): Uint8Array {
  return bytes.map((byte, i) => (i < kept ? byte : 0));
}

/** Every file below with its bytes as seen, by path. */
export function collect(directory: Directory, path: string, files: Map<string, Uint8Array>): void {
  for (const [name, node] of directory.seen) {
    if (node.kind === "file") files.set(`${path}/${name}`, node.seen);
    else if (node.kind === "directory") collect(node, `${path}/${name}`, files);
  }
}

/** Of a path, from the root. */
export function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
