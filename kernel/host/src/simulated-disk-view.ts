/**
 * A simulated disk as one process uses it, until it is gone.
 */

import type { AppendFileHandle, Disk, DiskEntry, Synced } from "./disk.ts";
import { errno, type FaultyDisk } from "./simulated-disk-faults.ts";
import { type File, type Node, namesOf, newDirectory } from "./simulated-disk-tree.ts";

export interface AttachedDisk extends Disk {
  /** Its process is gone: what it calls from now on throws, and no sync is answered any more. */
  detach(): void;
}

export class DiskView implements AttachedDisk {
  readonly #disk: FaultyDisk;
  readonly #onDetach: () => void;
  isDetached = false;

  constructor(disk: FaultyDisk, onDetach: () => void) {
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

  #attached(): FaultyDisk {
    if (this.isDetached) throw errno("EIO", "use by a process that is gone", "");
    return this.#disk;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
