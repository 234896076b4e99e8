/**
 * The tree of values in SQLite: each function is a step within a transaction that the caller holds.
 *
 * Every change gives the next stamp to the node that it changes, or to the parent whose children it
 * changes; whoever watches compares stamps. Stamps never come again, so a value that was deleted and
 * made anew differs too.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { CodedError, invariant } from "@tavola/base";
import type {
  Member,
  StoredValue,
  StorePath,
  StoreWrite,
  TransactionOutcome,
} from "../coordination.ts";
import { formatMemberName } from "../member-name.ts";
import { ancestorsOf, parentOf } from "../store-path.ts";
import { corrupt } from "./sqlite-errors.ts";

type Refusal = (TransactionOutcome & { done: false })["why"];

const nothing = new Uint8Array();

interface NodeHead {
  readonly version: number;
  readonly owner: number | null;
}

export class EmbeddedTree {
  readonly #file: string;
  readonly #statements: ReturnType<typeof prepareAll>;
  #stamp = 0;
  /**
   * Whose children this part of the transaction has changed already: they are there, are no members, and
   * have its stamp. Hundreds of records in one batch share a few.
   */
  readonly #changedParents = new Set<StorePath>();

  constructor(database: DatabaseSync, file: string) {
    this.#file = file;
    this.#statements = prepareAll(database);
  }

  get(path: StorePath): StoredValue | undefined {
    const row = this.#statements.value.get(path);
    if (row === undefined) return undefined;
    const { value, version, crc } = row as { value: Uint8Array; version: number; crc: number };
    if (crc !== checksum(path, version, value)) {
      throw corrupt(this.#file, `the value of ${path} is not what was written`);
    }
    return { value, version };
  }

  /**
   * PERF: one look for each child that has children of its own, and a walk over the others. Paths are in
   * order, so everything below one lies together, and is stepped over by looking for what comes behind.
   */
  children(path: StorePath): readonly string[] {
    const { from: first, to } = below(path);
    const names: string[] = [];
    for (let from: string | undefined = first; from !== undefined; ) {
      const rows = this.#statements.between.iterate(from, to) as Iterable<{ path: string }>;
      from = undefined;
      for (const row of rows) {
        const name = row.path.slice(first.length);
        const end = name.indexOf("/");
        // The root lies between its own bounds.
        if (end < 0 && name !== "") names.push(name);
        if (end >= 0) {
          from = below(first + name.slice(0, end)).to;
          break;
        }
      }
    }
    return names.sort();
  }

  /** Of the latest change to the value or the children; undefined when nothing is there. */
  stampOf(path: StorePath): number | undefined {
    const row = this.#statements.stamp.get(path) as { stamp: number } | undefined;
    return row?.stamp;
  }

  /** To be called at the start of every transaction that writes. */
  begin(): void {
    const row = this.#statements.nextStamp.get() as { stamp: number } | undefined;
    invariant(row !== undefined, "the store has its row of state");
    this.#stamp = row.stamp;
  }

  /** When it refuses, the caller rolls back what was done before. Throws BAD_PATH below a member. */
  write(writes: readonly StoreWrite[]): TransactionOutcome {
    this.#changedParents.clear();
    for (const [index, write] of writes.entries()) {
      const why = this.#write(write);
      if (why !== undefined) return { done: false, failed: index, why };
    }
    return { done: true };
  }

  addMember(group: StorePath, prefix: string, value: Uint8Array, owner: number): Member {
    this.#changedParents.clear();
    this.#makeAbove(`${group}/${prefix}`);
    const row = this.#statements.nextSequence.get(group) as { next: number } | undefined;
    invariant(row !== undefined, "a group's sequence answers");
    const sequence = row.next - 1;
    const name = formatMemberName(prefix, sequence);
    invariant(this.#insert(`${group}/${name}`, value, owner), `${name} is new in its group`);
    return { name, sequence };
  }

  /** Removes it when the session owns it. */
  removeMember(path: StorePath, owner: number): void {
    this.#changedParents.clear();
    if (this.#head(path)?.owner === owner) this.#remove(path);
  }

  removeOwnedBy(owner: number): void {
    this.#changedParents.clear();
    const rows = this.#statements.owned.all(owner) as unknown as readonly { path: string }[];
    for (const { path } of rows) this.#remove(path);
  }

  #head(path: StorePath): NodeHead | undefined {
    return this.#statements.head.get(path) as NodeHead | undefined;
  }

  #write(write: StoreWrite): Refusal | undefined {
    const { path } = write;
    if (write.kind === "create") {
      this.#makeAbove(path);
      return this.#insert(path, write.value, null) ? undefined : "exists";
    }
    const head = this.#head(path);
    if (write.kind === "check" && write.version === "absent") return head && "exists";
    if (head === undefined) return "missing";
    if (write.version !== undefined && write.version !== head.version) return "version";
    if (write.kind === "set") {
      const version = head.version + 1;
      const crc = checksum(path, version, write.value);
      this.#statements.update.run(write.value, version, crc, this.#stamp, path);
    } else if (write.kind === "delete") {
      const { from, to } = below(path);
      if (this.#statements.between.get(from, to) !== undefined) return "has-children";
      this.#remove(path);
    }
    return undefined;
  }

  /** PERF: mostly one look: where its parent is, everything above that is as well, and none is a member. */
  #makeAbove(path: StorePath): void {
    if (this.#changedParents.has(parentOf(path))) return;
    const parent = this.#head(parentOf(path));
    if (parent !== undefined && parent.owner === null) return;
    for (const above of ancestorsOf(path)) {
      const head = this.#head(above);
      if (head === undefined) this.#insert(above, nothing, null);
      else if (head.owner !== null) {
        throw new CodedError("BAD_PATH", `"${above}" is a member and holds no values below it`, {
          path,
        });
      }
    }
  }

  /** False: something is there. */
  #insert(path: StorePath, value: Uint8Array, owner: number | null): boolean {
    const parent = parentOf(path);
    const crc = checksum(path, 0, value);
    const { changes } = this.#statements.insert.run(path, parent, this.#stamp, owner, crc, value);
    if (changes === 0) return false;
    this.#childrenChanged(parent);
    return true;
  }

  #remove(path: StorePath): void {
    this.#statements.remove.run(path);
    this.#changedParents.delete(path);
    this.#childrenChanged(parentOf(path));
  }

  #childrenChanged(parent: StorePath): void {
    if (this.#changedParents.has(parent)) return;
    this.#statements.touch.run(this.#stamp, parent);
    this.#changedParents.add(parent);
  }
}

/** All paths below this one, and no others: the first that may be, and the first behind them. */
function below(path: StorePath): { readonly from: string; readonly to: string } {
  const folder = path === "/" ? "" : path;
  // "0" is what comes after "/".
  return { from: `${folder}/`, to: `${folder}0` };
}

/** Over all that a read answers, so that a flipped bit is no answer. */
function checksum(path: StorePath, version: number, value: Uint8Array): number {
  return crc32(value, crc32(`${path}\0${version}\0`));
}

function prepareAll(database: DatabaseSync): Record<StatementName, StatementSync> {
  const prepared = Object.entries(texts).map(([name, text]) => [name, database.prepare(text)]);
  return Object.fromEntries(prepared);
}

const texts = {
  value: "SELECT value, version, crc FROM nodes WHERE path = ?",
  head: "SELECT version, owner FROM nodes WHERE path = ?",
  stamp: "SELECT stamp FROM nodes WHERE path = ?",
  between: "SELECT path FROM nodes WHERE path >= ? AND path < ? ORDER BY path",
  owned: "SELECT path FROM nodes WHERE owner = ?",
  insert:
    "INSERT INTO nodes (path, parent, version, stamp, owner, crc, value) VALUES (?, ?, 0, ?, ?, ?, ?) ON CONFLICT (path) DO NOTHING",
  update: "UPDATE nodes SET value = ?, version = ?, crc = ?, stamp = ? WHERE path = ?",
  touch: "UPDATE nodes SET stamp = ? WHERE path = ?",
  remove: "DELETE FROM nodes WHERE path = ?",
  nextStamp: "UPDATE state SET stamp = stamp + 1 WHERE id = 1 RETURNING stamp",
  nextSequence:
    "INSERT INTO groups (path, next) VALUES (?, 1) ON CONFLICT (path) DO UPDATE SET next = next + 1 RETURNING next",
} as const;

type StatementName = keyof typeof texts;
