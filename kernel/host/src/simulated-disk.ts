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

import { invariant, type Random, randomInt } from "@tavola/base";
import type { Clock } from "./clock.ts";
import type { AppendFileHandle, Disk, DiskEntry, Synced } from "./disk.ts";

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

export interface AttachedDisk extends Disk {
  /** Its process is gone: what it calls from now on throws, and no sync is answered any more. */
  detach(): void;
}

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

interface File {
  readonly kind: "file";
  seen: Uint8Array;
  synced: Uint8Array;
}

interface Link {
  readonly kind: "link";
  readonly target: string;
}

interface Directory {
  readonly kind: "directory";
  readonly seen: Map<string, Node>;
  readonly synced: Map<string, Node>;
  /** What was done to `seen` and is not in `synced`, in order. */
  changes: NameChange[];
}

type Node = File | Link | Directory;

/** Shared by both directories when something moves from one to the other. */
interface NameChange {
  readonly steps: readonly {
    readonly directory: Directory;
    readonly name: string;
    /** undefined: the name goes. */
    readonly node: Node | undefined;
  }[];
}

export function createSimulatedDisk(options: SimulatedDiskOptions): SimulatedDisk {
  return new MemoryDisk(options);
}

class MemoryDisk implements SimulatedDisk {
  readonly faults: DiskFaults = {
    isFull: false,
    writeFailure: 0,
    syncFailure: 0,
    readFailure: 0,
    syncMsMin: 0,
    syncMsMax: 0,
  };
  readonly #random: Random;
  readonly #clock: Clock | undefined;
  readonly #root = newDirectory();
  readonly #attached = new Set<View>();

  constructor({ random, clock }: SimulatedDiskOptions) {
    this.#random = random;
    this.#clock = clock;
  }

  attach(): AttachedDisk {
    const view = new View(this, () => this.#attached.delete(view));
    this.#attached.add(view);
    return view;
  }

  crash(): void {
    for (const view of [...this.#attached]) view.detach();
    arriveInPart(this.#root, this.#random, new Set());
    showPlatter(this.#root, this.#random);
  }

  corrupt(path: string, change: (bytes: Uint8Array) => Uint8Array): void {
    const file = this.find(path);
    invariant(file?.kind === "file", `there is no file ${path} to corrupt`);
    file.seen = change(file.seen);
    file.synced = file.seen;
  }

  files(): ReadonlyMap<string, Uint8Array> {
    const files = new Map<string, Uint8Array>();
    collect(this.#root, "", files);
    return files;
  }

  durable(path: string): Uint8Array | undefined {
    let node: Node | undefined = this.#root;
    for (const name of namesOf(path)) {
      if (node?.kind !== "directory") return undefined;
      node = node.synced.get(name);
    }
    return node?.kind === "file" ? node.synced : undefined;
  }

  find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
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
    let node: Node = this.#root;
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
  sync(node: Node, path: string, view: View, synced: Synced): void {
    const arrive = this.#snapshot(node);
    this.#afterSync(() => {
      if (view.isDetached) return;
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

class View implements AttachedDisk {
  readonly #disk: MemoryDisk;
  readonly #onDetach: () => void;
  isDetached = false;

  constructor(disk: MemoryDisk, onDetach: () => void) {
    this.#disk = disk;
    this.#onDetach = onDetach;
  }

  detach(): void {
    this.isDetached = true;
    this.#onDetach();
  }

  readFile(path: string): Uint8Array | undefined {
    const node = this.#attached().find(path);
    if (node === undefined) return undefined;
    if (node.kind !== "file") throw errno("EISDIR", "read", path);
    this.#disk.mayRead("read", path);
    return node.seen.slice();
  }

  listDirectory(path: string): readonly DiskEntry[] | undefined {
    const node = this.#attached().find(path);
    if (node === undefined) return undefined;
    if (node.kind !== "directory") throw errno("ENOTDIR", "scandir", path);
    this.#disk.mayRead("scandir", path);
    const names = [...node.seen.keys()].sort();
    return names.map((name) => ({ name, kind: (node.seen.get(name) as Node).kind }));
  }

  readLink(path: string): string | undefined {
    const node = this.#attached().find(path);
    return node?.kind === "link" ? node.target : undefined;
  }

  makeDirectory(path: string): void {
    const { directory, name } = this.#attached().place(path, "mkdir");
    if (directory.seen.has(name)) throw errno("EEXIST", "mkdir", path);
    this.#disk.mayWrite("mkdir", path);
    this.#disk.change([{ directory, name, node: newDirectory() }]);
  }

  makeDirectories(path: string): void {
    let above = "";
    for (const name of namesOf(path)) {
      above = `${above}/${name}`;
      const node = this.#attached().find(above);
      if (node === undefined) this.makeDirectory(above);
      else if (node.kind !== "directory") throw errno("ENOTDIR", "mkdir", path);
    }
  }

  writeFile(path: string, bytes: Uint8Array): void {
    const { directory, name } = this.#attached().place(path, "open");
    const node = directory.seen.get(name);
    if (node?.kind === "directory") throw errno("EISDIR", "open", path);
    if (node?.kind === "file") {
      node.seen = new Uint8Array();
      this.#disk.mayWrite("write", path);
      node.seen = bytes.slice();
    } else {
      this.#create(path, bytes);
    }
  }

  writeNewFile(path: string, bytes: Uint8Array): void {
    const { directory, name } = this.#attached().place(path, "open");
    if (directory.seen.has(name)) throw errno("EEXIST", "open", path);
    this.#create(path, bytes);
  }

  truncate(path: string, bytes: number): void {
    const node = this.#attached().find(path);
    if (node?.kind !== "file") throw errno("ENOENT", "truncate", path);
    this.#disk.mayChange("truncate", path);
    node.seen = node.seen.slice(0, bytes);
  }

  makeLink(target: string, path: string): boolean {
    const { directory, name } = this.#attached().place(path, "symlink");
    if (directory.seen.has(name)) return false;
    this.#disk.mayWrite("symlink", path);
    this.#disk.change([{ directory, name, node: { kind: "link", target } }]);
    return true;
  }

  rename(from: string, to: string): void {
    const source = this.#attached().place(from, "rename");
    const target = this.#disk.place(to, "rename");
    const node = source.directory.seen.get(source.name);
    if (node === undefined) throw errno("ENOENT", "rename", from);
    const replaced = target.directory.seen.get(target.name);
    if (replaced?.kind === "directory" && replaced.seen.size > 0) {
      throw errno("ENOTEMPTY", "rename", to);
    }
    this.#disk.mayChange("rename", to);
    this.#disk.change([
      { ...source, node: undefined },
      { ...target, node },
    ]);
  }

  remove(path: string): void {
    if (this.#attached().find(path) === undefined) return;
    const { directory, name } = this.#disk.place(path, "rm");
    this.#disk.mayChange("rm", path);
    this.#disk.change([{ directory, name, node: undefined }]);
  }

  openToAppend(path: string): AppendFileHandle {
    const { directory, name } = this.#attached().place(path, "open");
    const node = directory.seen.get(name) ?? this.#create(path, new Uint8Array());
    if (node.kind !== "file") throw errno("EISDIR", "open", path);
    return {
      append: (bytes) => {
        this.#attached().mayWrite("write", path);
        node.seen = joined(node.seen, bytes);
      },
      sync: (synced) => this.#attached().sync(node, path, this, synced),
      close: () => {},
    };
  }

  sync(path: string, synced: Synced): void {
    const node = this.#attached().find(path);
    if (node === undefined) queueMicrotask(() => synced(errno("ENOENT", "open", path)));
    else this.#disk.sync(node, path, this, synced);
  }

  syncNow(path: string): void {
    const node = this.#attached().find(path);
    if (node === undefined) throw errno("ENOENT", "open", path);
    this.#disk.syncNow(node, path);
  }

  /** As a real disk does it: the name comes before the bytes, and may stay without them. */
  #create(path: string, bytes: Uint8Array): File {
    const { directory, name } = this.#disk.place(path, "open");
    const file: File = { kind: "file", seen: new Uint8Array(), synced: new Uint8Array() };
    this.#disk.mayChange("open", path);
    this.#disk.change([{ directory, name, node: file }]);
    if (bytes.length > 0) this.#disk.mayWrite("write", path);
    file.seen = bytes.slice();
    return file;
  }

  #attached(): MemoryDisk {
    if (this.isDetached) throw errno("EIO", "use by a process that is gone", "");
    return this.#disk;
  }
}

function newDirectory(): Directory {
  return { kind: "directory", seen: new Map(), synced: new Map(), changes: [] };
}

/** Brings it to the platter, after all that came before it in either directory. */
function applyChange(change: NameChange): void {
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

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

function collect(directory: Directory, path: string, files: Map<string, Uint8Array>): void {
  for (const [name, node] of directory.seen) {
    if (node.kind === "file") files.set(`${path}/${name}`, node.seen);
    else if (node.kind === "directory") collect(node, `${path}/${name}`, files);
  }
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function errno(code: string, call: string, path: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${code}: simulated, ${call} '${path}'`);
  error.code = code;
  error.path = path;
  return error;
}
