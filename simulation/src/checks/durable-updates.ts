/**
 * What an agent has of its executors is on disk before anybody hears of it: the master, that there is an
 * update; the executor, that the agent has it. (Of a task whose end is on disk nothing more is kept; an
 * executor that says it again in other words is thanked.)
 */

import { decodeMessage, executor, internal, RecordDecoder } from "@tavola/protocol";
import { isTerminal } from "@tavola/sdk";
import type { AgentHost } from "../cluster/agent-host.ts";
import type { Ledger } from "../cluster/ledger.ts";
import type { SimulatedProcess } from "../world/process.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

const name = "durable-updates";

export class DurableUpdates implements Checker {
  readonly #agents: ReadonlyMap<string, AgentHost>;
  readonly #ledger: Ledger;

  constructor(agents: readonly AgentHost[], ledger: Ledger) {
    this.#ledger = ledger;
    this.#agents = new Map(agents.map((agent) => [agent.host, agent]));
  }

  sends(process: SimulatedProcess, _to: unknown, message: string, body: Uint8Array): void {
    if (message !== internal.StatusUpdateMessage.typeName) return;
    const status = decodeMessage(internal.StatusUpdateMessage, body).value?.update.status;
    if (status?.source !== "SOURCE_EXECUTOR" || status.uuid === undefined) return;
    this.#isOnDisk(process, status.task_id.value, status.uuid, `told ${status.state}`);
  }

  tells(process: SimulatedProcess, chunk: Uint8Array): void {
    if (!this.#agents.has(process.host)) return;
    for (const record of new RecordDecoder().push(chunk).value ?? []) {
      const { acknowledged } = decodeMessage(executor.Event, record).value ?? {};
      if (acknowledged === undefined) continue;
      const { task_id, uuid } = acknowledged;
      this.#isOnDisk(process, task_id.value, uuid, "acknowledged an update");
    }
  }

  #isOnDisk(process: SimulatedProcess, taskId: string, uuid: Uint8Array, what: string): void {
    if (this.#ledger.find(taskId)?.checkpoints === false) return;
    const machine = this.#agents.get(process.host)?.machine;
    const isThere = machine?.updateFilesOf(taskId).some((path) => {
      const bytes = machine.disk.durable(path);
      return bytes !== undefined && holds(bytes, uuid);
    });
    if (isThere === true) return;
    throw new Violation(name, `${process.name} ${what} of ${taskId}, which is not on its disk yet`);
  }
}

/** The update, or the task's end. Each record has its length before it, four bytes. */
function holds(bytes: Uint8Array, uuid: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.includes(Buffer.from(uuid))) return true;
  for (let at = 0; at + 4 <= buffer.length; ) {
    const length = buffer.readUInt32LE(at);
    const record = decodeMessage(
      internal.StatusUpdateRecord,
      buffer.subarray(at + 4, at + 4 + length),
    );
    const state = record.value?.update?.status.state;
    if (state !== undefined && isTerminal(state)) return true;
    at += 4 + length;
  }
  return false;
}
