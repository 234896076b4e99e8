/**
 * What an agent has written of its tasks' updates: each update once, each acknowledged at most once, and
 * at rest every end acknowledged. A framework may be told more often; what it says is taken once.
 * Acknowledgements are not synced, so nothing follows where the power or the disk failed: there the
 * update is told again.
 */

import { decodeMessage, internal } from "@tavola/protocol";
import { isTerminal } from "@tavola/sdk";
import type { Cluster } from "../cluster/cluster.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

const name = "acknowledged-once";

export class AcknowledgedOnce implements Checker {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  rests(): void {
    const { agents, ledger } = this.#cluster;
    for (const { host, machine } of agents) {
      if (machine.hasLostWrites) continue;
      // As the agent would read it: an acknowledgement need not be synced.
      const disk = machine.disk.attach();
      for (const task of ledger.tasks.values()) {
        if (task.agent !== host) continue;
        const isForgotten = ledger.isBeingEnded(task) || ledger.isGivenUp(task);
        for (const path of machine.updateFilesOf(task.taskId)) {
          const bytes = disk.readFile(path);
          if (bytes !== undefined) checkRecords(task.key, bytes, isForgotten);
        }
      }
      disk.detach();
    }
  }
}

function checkRecords(task: string, bytes: Uint8Array, isForgotten: boolean): void {
  const updates = new Map<string, boolean>();
  const acknowledged = new Set<string>();
  for (const { type, update, uuid = new Uint8Array() } of recordsIn(bytes)) {
    const key = Buffer.from(update?.uuid ?? uuid).toString("hex");
    if (type === "ACK") {
      if (acknowledged.has(key)) throw new Violation(name, `${task}: ${key} is acknowledged twice`);
      if (!updates.has(key)) throw new Violation(name, `${task}: ${key} is acknowledged unseen`);
      acknowledged.add(key);
    } else if (update !== undefined) {
      if (updates.has(key)) throw new Violation(name, `${task}: ${key} is written twice`);
      updates.set(key, isTerminal(update.status.state));
    }
  }
  for (const [key, isEnd] of updates) {
    if (!isEnd || isForgotten || acknowledged.has(key)) continue;
    throw new Violation(name, `${task}: its end, ${key}, was never acknowledged`);
  }
}

/** Each has its length before it, four bytes; what a power cut tore is at the end, and no record. */
function* recordsIn(bytes: Uint8Array): Generator<internal.StatusUpdateRecord> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 4 <= buffer.length; ) {
    const end = at + 4 + buffer.readUInt32LE(at);
    if (end > buffer.length) return;
    const { value } = decodeMessage(internal.StatusUpdateRecord, buffer.subarray(at + 4, end));
    if (value !== undefined) yield value;
    at = end;
  }
}
