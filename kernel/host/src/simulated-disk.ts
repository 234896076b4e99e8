/**
 * A disk in memory that can lose, tear, fill up, fail and be slow, as its seeded dice say.
 *
 * Two pictures of every file and directory are kept: what a process sees, and what is on the platter.
 * Writing changes the first; syncing brings the second up to it. A power cut (`crash`) throws the first
 * away, after the dice have let some of what was not synced arrive:
 *
 *   - of a file: what was synced, or all of it, or a part (torn), or its length with zeroes in place
 *     of the bytes;
 *   - of a directory: the first few of the changes to its names, in their order; a rename within one
 *     directory is one change, and one between two directories happens in both or in neither.
 *
 * Processes see it through `attach`. When one is killed (`detach`) the disk keeps what it wrote, but
 * nothing more comes from it and none of its syncs is answered. A power cut detaches everybody.
 *
 * Paths are absolute. Modes are not kept. Links are not followed but by `readLink`'s callers.
 */

import { invariant, type Random } from "@tavola/base";
import { type DiskFaults, FaultyDisk, type SimulatedDiskOptions } from "./simulated-disk-faults.ts";
import { collect, losePower, type Node, namesOf } from "./simulated-disk-tree.ts";
import { type AttachedDisk, DiskView } from "./simulated-disk-view.ts";

export interface SimulatedDisk {
  readonly faults: DiskFaults;
  /** Another process's view. */
  attach(): AttachedDisk;
  /** The power fails. Everybody is detached; what is left is as if it had been synced. */
  crash(): void;
  /** For tests: changes the bytes of a file, below everybody's feet. Throws when there is none. */
  corrupt(path: string, change: (bytes: Uint8Array) => Uint8Array): void;
  /** Every file with its bytes as seen now, by path. PERF: O(disk). */
  files(): ReadonlyMap<string, Uint8Array>;
  /** For checkers: what a power cut now would leave of a file at least; undefined: nothing. */
  durable(path: string): Uint8Array | undefined;
}

export function createSimulatedDisk(options: SimulatedDiskOptions): SimulatedDisk {
  return new MemoryDisk(options);
}

class MemoryDisk implements SimulatedDisk {
  readonly #disk: FaultyDisk;
  readonly #random: Random;
  readonly #attached = new Set<DiskView>();

  constructor(options: SimulatedDiskOptions) {
    this.#disk = new FaultyDisk(options);
    this.#random = options.random;
  }

  get faults(): DiskFaults {
    return this.#disk.faults;
  }

  attach(): AttachedDisk {
    const view = new DiskView(this.#disk, () => this.#attached.delete(view));
    this.#attached.add(view);
    return view;
  }

  crash(): void {
    for (const view of [...this.#attached]) view.detach();
    losePower(this.#disk.root, this.#random);
  }

  corrupt(path: string, change: (bytes: Uint8Array) => Uint8Array): void {
    const file = this.#disk.find(path);
    invariant(file?.kind === "file", `there is no file ${path} to corrupt`);
    file.seen = change(file.seen);
    file.synced = file.seen;
  }

  files(): ReadonlyMap<string, Uint8Array> {
    const files = new Map<string, Uint8Array>();
    collect(this.#disk.root, "", files);
    return files;
  }

  durable(path: string): Uint8Array | undefined {
    let node: Node | undefined = this.#disk.root;
    for (const name of namesOf(path)) {
      if (node?.kind !== "directory") return undefined;
      node = node.synced.get(name);
    }
    return node?.kind === "file" ? node.synced : undefined;
  }
}
