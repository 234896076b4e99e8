/**
 * The simulated disk that all processes share: what is on it, and what it does to whoever uses it.
 */

import { invariant, type Random } from "@tavola/base";
import type { Clock } from "./clock.ts";
import type { Synced } from "./disk.ts";
import {
  applyChange,
  type Directory,
  type NameChange,
  type Node,
  namesOf,
  newDirectory,
} from "./simulated-disk-tree.ts";

export interface SimulatedDiskOptions {
  readonly random: Random;
  /** For syncs that take their time; without it they are answered in the next microtask. */
  readonly clock?: Clock;
}

/** To be changed at any time. */
export interface DiskFaults {
  /** Every write that needs room throws ENOSPC. */
  isFull: boolean;
  /** Chance, 0 to 1, that a write or a name's change throws EIO. */
  writeFailure: number;
  /** Chance that a sync answers EIO. What it should have brought to the platter stays unsynced. */
  syncFailure: number;
  /** Chance that a read throws EIO. */
  readFailure: number;
  /** Bounds of how long a sync takes. Needs a clock. */
  syncMsMin: number;
  syncMsMax: number;
}

/** Every `call` is what the error names, every path absolute. */
export class FaultyDisk {
  readonly faults: DiskFaults = {
    isFull: false,
    writeFailure: 0,
    syncFailure: 0,
    readFailure: 0,
    syncMsMin: 0,
    syncMsMax: 0,
  };
  readonly root = newDirectory();
  readonly #random: Random;
  readonly #clock: Clock | undefined;

  constructor({ random, clock }: SimulatedDiskOptions) {
    this.#random = random;
    this.#clock = clock;
  }

  find(path: string): Node | undefined {
    let node: Node | undefined = this.root;
    for (const name of namesOf(path)) {
      if (node?.kind !== "directory") return undefined;
      node = node.seen.get(name);
    }
    return node;
  }

  /** The directory that holds `path`, and its name there. Throws ENOENT, ENOTDIR. */
  place(path: string, call: string): { directory: Directory; name: string } {
    const names = namesOf(path);
    const name = names.at(-1);
    invariant(name !== undefined, "the root itself is not to be changed");
    let node: Node = this.root;
    for (const each of names.slice(0, -1)) {
      if (node.kind !== "directory") throw errno("ENOTDIR", call, path);
      const next: Node | undefined = node.seen.get(each);
      if (next === undefined) throw errno("ENOENT", call, path);
      node = next;
    }
    if (node.kind !== "directory") throw errno("ENOTDIR", call, path);
    return { directory: node, name };
  }

  change(steps: NameChange["steps"]): void {
    const change: NameChange = { steps };
    for (const { directory, name, node } of steps) {
      if (node === undefined) directory.seen.delete(name);
      else directory.seen.set(name, node);
      if (directory.changes.at(-1) !== change) directory.changes.push(change);
    }
  }

  mayRead(call: string, path: string): void {
    if (this.#happens(this.faults.readFailure)) throw errno("EIO", call, path);
  }

  mayWrite(call: string, path: string): void {
    if (this.faults.isFull) throw errno("ENOSPC", call, path);
    this.mayChange(call, path);
  }

  mayChange(call: string, path: string): void {
    if (this.#happens(this.faults.writeFailure)) throw errno("EIO", call, path);
  }

  /** What was there when it was asked for is on the platter when it is answered. */
  sync(node: Node, path: string, asker: { readonly isDetached: boolean }, synced: Synced): void {
    const arrive = this.#snapshot(node);
    this.#afterSync(() => {
      if (asker.isDetached) return;
      if (this.#happens(this.faults.syncFailure)) return synced(errno("EIO", "fsync", path));
      arrive();
      synced(undefined);
    });
  }

  syncNow(node: Node, path: string): void {
    if (this.#happens(this.faults.syncFailure)) throw errno("EIO", "fsync", path);
    this.#snapshot(node)();
  }

  #snapshot(node: Node): () => void {
    if (node.kind === "file") {
      const bytes = node.seen;
      return () => {
        node.synced = bytes;
      };
    }
    if (node.kind === "link") return () => {};
    const upTo = [...node.changes];
    return () => {
      for (const change of upTo) applyChange(change);
    };
  }

  #afterSync(then: () => void): void {
    const { syncMsMin, syncMsMax } = this.faults;
    if (this.#clock === undefined || syncMsMax === 0) {
      queueMicrotask(then);
      return;
    }
    this.#clock.after(syncMsMin + (syncMsMax - syncMsMin) * this.#random.next(), then);
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.#random.next() < chance;
  }
}

/** As Node's own. */
export function errno(code: string, call: string, path: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${code}: simulated, ${call} '${path}'`);
  error.code = code;
  error.path = path;
  return error;
}
