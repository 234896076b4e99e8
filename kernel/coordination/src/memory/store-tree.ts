/**
 * The tree of values itself, in memory: what a transaction does to it, and which paths it touched.
 *
 * Plain data without time, sessions or connections; whoever holds it decides who may write and whom
 * to tell. A write that cannot be done undoes those before it.
 */

import { CodedError, invariant } from "@tavola/base";
import type {
  Member,
  StoredValue,
  StorePath,
  StoreWrite,
  TransactionOutcome,
} from "../coordination.ts";
import { formatMemberName } from "../member-name.ts";
import { ancestorsOf, nameOf, parentOf } from "../store-path.ts";

interface Node {
  value: Uint8Array;
  version: number;
  readonly children: Set<string>;
  /** The next member's; never goes back. */
  nextSequence: number;
  /** The session that a member leaves with. */
  readonly owner: number | undefined;
}

type Refusal = (TransactionOutcome & { done: false })["why"];

const nothing = new Uint8Array();

/** Paths whose value, or whose children's names, changed. */
export type Touched = ReadonlySet<StorePath>;

export class StoreTree {
  readonly #nodes = new Map<StorePath, Node>([["/", newNode(nothing, undefined)]]);

  get(path: StorePath): StoredValue | undefined {
    const node = this.#nodes.get(path);
    return node && { value: node.value.slice(), version: node.version };
  }

  children(path: StorePath): readonly string[] {
    return [...(this.#nodes.get(path)?.children ?? [])].sort();
  }

  transact(writes: readonly StoreWrite[]): { outcome: TransactionOutcome; touched: Touched } {
    const undo: (() => void)[] = [];
    const touched = new Set<StorePath>();
    for (const [index, write] of writes.entries()) {
      const why = this.#write(write, undo, touched);
      if (why === undefined) continue;
      for (const step of undo.reverse()) step();
      return { outcome: { done: false, failed: index, why }, touched: new Set() };
    }
    return { outcome: { done: true }, touched };
  }

  addMember(
    group: StorePath,
    prefix: string,
    value: Uint8Array,
    owner: number,
  ): { member: Member; touched: Touched } {
    const touched = new Set<StorePath>();
    this.#makeAbove(`${group}/x`, [], touched);
    const node = this.#nodes.get(group);
    invariant(node !== undefined, "a group that was just made is there");
    const member = {
      name: formatMemberName(prefix, node.nextSequence),
      sequence: node.nextSequence,
    };
    node.nextSequence += 1;
    this.#add(`${group}/${member.name}`, newNode(value, owner), [], touched);
    return { member, touched };
  }

  /** Removes it when the session owns it. */
  removeMember(path: StorePath, owner: number): Touched {
    const touched = new Set<StorePath>();
    if (this.#nodes.get(path)?.owner === owner) this.#remove(path, [], touched);
    return touched;
  }

  /** PERF: O(nodes); a session's end is rare, and the tree small. */
  removeOwnedBy(owner: number): Touched {
    const touched = new Set<StorePath>();
    for (const [path, node] of this.#nodes) {
      if (node.owner === owner) this.#remove(path, [], touched);
    }
    return touched;
  }

  /** Every value below the root, in the order of their paths. */
  entries(): readonly (readonly [StorePath, StoredValue])[] {
    return [...this.#nodes]
      .filter(([path]) => path !== "/")
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, { value, version }]) => [path, { value, version }]);
  }

  #write(write: StoreWrite, undo: (() => void)[], touched: Set<StorePath>): Refusal | undefined {
    const { path } = write;
    const node = this.#nodes.get(path);
    if (write.kind === "create") {
      if (node !== undefined) return "exists";
      this.#makeAbove(path, undo, touched);
      this.#add(path, newNode(write.value, undefined), undo, touched);
      return undefined;
    }
    if (write.kind === "check" && write.version === "absent") return node && "exists";
    if (node === undefined) return "missing";
    if (write.version !== undefined && write.version !== node.version) return "version";
    if (write.kind === "set") {
      const { value, version } = node;
      undo.push(() => Object.assign(node, { value, version }));
      Object.assign(node, { value: write.value.slice(), version: version + 1 });
      touched.add(path);
    } else if (write.kind === "delete") {
      if (node.children.size > 0) return "has-children";
      this.#remove(path, undo, touched);
    }
    return undefined;
  }

  #makeAbove(path: StorePath, undo: (() => void)[], touched: Set<StorePath>): void {
    for (const above of ancestorsOf(path)) {
      const node = this.#nodes.get(above);
      if (node === undefined) this.#add(above, newNode(nothing, undefined), undo, touched);
      else if (node.owner !== undefined) {
        for (const step of undo.reverse()) step();
        throw new CodedError("BAD_PATH", `"${above}" is a member and holds no values below it`, {
          path,
        });
      }
    }
  }

  #add(path: StorePath, node: Node, undo: (() => void)[], touched: Set<StorePath>): void {
    const parent = this.#nodes.get(parentOf(path));
    invariant(parent !== undefined, "what a node hangs on is there");
    this.#nodes.set(path, node);
    parent.children.add(nameOf(path));
    touched.add(path).add(parentOf(path));
    undo.push(() => {
      this.#nodes.delete(path);
      parent.children.delete(nameOf(path));
    });
  }

  #remove(path: StorePath, undo: (() => void)[], touched: Set<StorePath>): void {
    const node = this.#nodes.get(path);
    const parent = this.#nodes.get(parentOf(path));
    invariant(node !== undefined && parent !== undefined, "what is removed is there");
    this.#nodes.delete(path);
    parent.children.delete(nameOf(path));
    touched.add(path).add(parentOf(path));
    undo.push(() => {
      this.#nodes.set(path, node);
      parent.children.add(nameOf(path));
    });
  }
}

function newNode(value: Uint8Array, owner: number | undefined): Node {
  return { value: value.slice(), version: 0, children: new Set(), nextSequence: 0, owner };
}
