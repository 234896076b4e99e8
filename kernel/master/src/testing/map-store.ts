/**
 * The least of a store: a map, and writes that break when a test says so. No sessions, no members, no
 * time; for what reads and writes only.
 */

import { CodedError } from "@tavola/base";
import type {
  Coordination,
  StoredValue,
  StorePath,
  StoreWrite,
  TransactionOutcome,
} from "@tavola/coordination";

/**
 * done: as usual. refused: UNAVAILABLE, nothing was done. lost: done, and nobody knows.
 * undone: not done, and nobody knows. dead: as "refused", and so is all that comes after.
 */
export type WriteFate = "done" | "refused" | "lost" | "undone" | "dead" | "dead-after";

/** Of several clients. */
export type StoreContents = Map<StorePath, StoredValue>;

export class MapStore implements Pick<Coordination, "get" | "getAll" | "children" | "transact"> {
  readonly description = "a map";
  readonly contents: StoreContents;
  /** Asked before each transaction. */
  fate: (writes: readonly StoreWrite[]) => WriteFate = () => "done";
  transactions = 0;
  #isDead = false;

  constructor(contents: StoreContents = new Map()) {
    this.contents = contents;
  }

  async get(path: StorePath): Promise<StoredValue | undefined> {
    this.#assertAlive();
    return this.contents.get(path);
  }

  async getAll(paths: readonly StorePath[]): Promise<readonly (StoredValue | undefined)[]> {
    this.#assertAlive();
    return paths.map((path) => this.contents.get(path));
  }

  async children(path: StorePath): Promise<readonly string[]> {
    this.#assertAlive();
    return childrenOf(this.contents, path);
  }

  async transact(writes: readonly StoreWrite[]): Promise<TransactionOutcome> {
    this.#assertAlive();
    this.transactions += 1;
    const fate = this.fate(writes);
    if (fate === "dead") this.#isDead = true;
    if (fate === "refused" || fate === "dead") throw unavailable();
    if (fate === "undone") throw unknownOutcome();
    const outcome = write(this.contents, writes);
    if (fate === "done") return outcome;
    if (fate === "dead-after") this.#isDead = true;
    throw unknownOutcome();
  }

  #assertAlive(): void {
    if (this.#isDead) throw unavailable();
  }
}

/** As the interface that everybody takes; whoever asks it for members or watches has a bug. */
export function asCoordination(store: MapStore): Coordination {
  return store as unknown as Coordination;
}

function unavailable(): CodedError {
  return new CodedError("UNAVAILABLE", "the store does not answer", {}, { transient: true });
}

function unknownOutcome(): CodedError {
  return new CodedError("OUTCOME_UNKNOWN", "the connection broke", {}, { transient: true });
}

function childrenOf(contents: StoreContents, path: StorePath): string[] {
  const start = `${path}/`;
  return [...contents.keys()]
    .filter((each) => each.startsWith(start) && !each.slice(start.length).includes("/"))
    .map((each) => each.slice(start.length))
    .sort();
}

function write(contents: StoreContents, writes: readonly StoreWrite[]): TransactionOutcome {
  const next = new Map(contents);
  for (const [failed, each] of writes.entries()) {
    const found = next.get(each.path);
    if (each.kind === "create") {
      if (found !== undefined) return { done: false, failed, why: "exists" };
      for (let at = each.path.lastIndexOf("/"); at > 0; at = each.path.lastIndexOf("/", at - 1)) {
        const parent = each.path.slice(0, at);
        if (!next.has(parent)) next.set(parent, { value: new Uint8Array(), version: 0 });
      }
      next.set(each.path, { value: each.value, version: 0 });
      continue;
    }
    if (each.kind === "check" && each.version === "absent") {
      if (found !== undefined) return { done: false, failed, why: "exists" };
      continue;
    }
    if (found === undefined) return { done: false, failed, why: "missing" };
    if (each.version !== undefined && each.version !== found.version) {
      return { done: false, failed, why: "version" };
    }
    if (each.kind === "set") {
      next.set(each.path, { value: each.value, version: found.version + 1 });
    } else if (each.kind === "delete") {
      if (childrenOf(next, each.path).length > 0)
        return { done: false, failed, why: "has-children" };
      next.delete(each.path);
    }
  }
  contents.clear();
  for (const [path, value] of next) contents.set(path, value);
  return { done: true };
}
