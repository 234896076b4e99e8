/**
 * What an agent has of its executors is on disk before anybody hears of it: the master, that there is an
 * update; the executor, that the agent has it.
 */

import { decodeMessage, executor, internal, RecordDecoder } from "@tavola/protocol";
import type { AgentHost } from "../cluster/agent-host.ts";
import type { SimulatedProcess } from "../world/process.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

const name = "durable-updates";

export class DurableUpdates implements Checker {
  readonly #agents: ReadonlyMap<string, AgentHost>;

  constructor(agents: readonly AgentHost[]) {
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
    const machine = this.#agents.get(process.host)?.machine;
    const isThere = machine?.updateFilesOf(taskId).some((path) => {
      const bytes = machine.disk.durable(path);
      return bytes !== undefined && Buffer.from(bytes).includes(Buffer.from(uuid));
    });
    if (isThere === true) return;
    throw new Violation(name, `${process.name} ${what} of ${taskId}, which is not on its disk yet`);
  }
}
