/**
 * How a batch of records becomes transactions of the store.
 *
 * What a record's nodes are now decides what is made, set or deleted; the plan keeps that in mind
 * (`NodeCounts`), because a store tells "create" from "set". A record's further nodes are made upwards
 * and deleted downwards, so that those that are there are always the first few.
 */

import { type Coordination, type StoreWrite, valueBytesMax } from "@tavola/coordination";
import { type EncodedWrite, partsOf } from "./encoded-write.ts";
import { partPath, recordPath } from "./record-layout.ts";

/** Of each record, how many nodes hold it. PERF: about 60 bytes a record. */
export class NodeCounts {
  readonly #kinds = new Map<string, Map<string, number>>();

  get(kind: string, key: string): number {
    return this.#kinds.get(kind)?.get(key) ?? 0;
  }

  set(kind: string, key: string, nodes: number): void {
    let keys = this.#kinds.get(kind);
    if (keys === undefined) {
      keys = new Map();
      this.#kinds.set(kind, keys);
    }
    if (nodes === 0) keys.delete(key);
    else keys.set(key, nodes);
  }
}

/** What one transaction does, and by how much it changes the number of records. */
export interface PlannedTransaction {
  readonly writes: readonly StoreWrite[];
  readonly recordsMore: number;
}

export interface TransactionLimits {
  readonly writes: number;
  /** On the wire: values, paths and what goes with each; ZooKeeper drops who sends it 1 MiB. */
  readonly bytes: number;
  readonly valueBytes: number;
}

/**
 * Few enough that what is decided meanwhile need not wait for long. etcd takes 128 operations; a record
 * may need two, for the bucket that it is the first in.
 */
const writesMax = { embedded: 200, memory: 200, zookeeper: 300, etcd: 50 } as const;

export function limitsOf({ backend }: Coordination): TransactionLimits {
  return { writes: writesMax[backend], bytes: 900_000, valueBytes: valueBytesMax - 4096 };
}

interface Step {
  readonly write: StoreWrite;
  readonly recordsMore: number;
}

/** In order; one transaction where all of it fits. `counts` is from then on as after all of them. */
export function planTransactions(
  path: string,
  writes: readonly EncodedWrite[],
  counts: NodeCounts,
  limits: TransactionLimits,
): readonly PlannedTransaction[] {
  const planned: { writes: StoreWrite[]; recordsMore: number }[] = [];
  let bytes = 0;
  let valueBytes = 0;
  for (const { write, recordsMore } of writes.flatMap((each) => stepsOf(path, each, counts))) {
    const valueLength = "value" in write ? write.value.length : 0;
    const length = wireBytes(write, valueLength);
    let last = planned.at(-1);
    const fits =
      last !== undefined &&
      last.writes.length < limits.writes &&
      bytes + length <= limits.bytes &&
      valueBytes + valueLength <= limits.valueBytes;
    if (last === undefined || !fits) {
      last = { writes: [], recordsMore: 0 };
      planned.push(last);
      bytes = 0;
      valueBytes = 0;
    }
    last.writes.push(write);
    last.recordsMore += recordsMore;
    bytes += length;
    valueBytes += valueLength;
  }
  return planned;
}

function stepsOf(path: string, write: EncodedWrite, counts: NodeCounts): readonly Step[] {
  const { kind, key } = write;
  const node = recordPath(path, kind, key);
  const before = counts.get(kind, key);
  const parts = partsOf(write);
  counts.set(kind, key, parts.length);
  const steps: Step[] = parts.map((value, part) => ({
    write: { kind: part < before ? "set" : "create", path: partPath(node, part), value },
    recordsMore: part === 0 && before === 0 ? 1 : 0,
  }));
  for (let part = before - 1; part >= parts.length; part -= 1) {
    const removal: StoreWrite = { kind: "delete", path: partPath(node, part) };
    steps.push({ write: removal, recordsMore: part === 0 ? -1 : 0 });
  }
  return steps;
}

/** With the kind's and the bucket's nodes, where they may have to be made on the way. */
function wireBytes(write: StoreWrite, valueLength: number): number {
  const overhead = 100 + write.path.length;
  return valueLength + (write.kind === "create" ? 3 * overhead : overhead);
}
