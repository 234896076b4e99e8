/**
 * A framework is removed only when somebody asked for it, or when it has been away for its failover
 * timeout: since a master last told it something, at least so long has passed. (That one which has ended
 * is removed is seen at rest: by what runs, and by whom the leader lists.)
 */

import { decodeMessage, internal, RecordDecoder, scheduler } from "@tavola/protocol";
import type { FrameworkHost } from "../cluster/framework-host.ts";
import type { Ledger } from "../cluster/ledger.ts";
import type { SimulatedProcess } from "../world/process.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

/** Clocks go wrong by so much. */
const drift = 0.998;

interface Known {
  readonly host: FrameworkHost;
  toldMs: number;
}

export class FrameworksKept implements Checker {
  readonly #frameworks: ReadonlyMap<string, FrameworkHost>;
  readonly #ledger: Ledger;
  readonly #byId = new Map<string, Known>();
  readonly #byClient = new Map<string, Known>();

  constructor(frameworks: readonly FrameworkHost[], ledger: Ledger) {
    this.#frameworks = new Map(frameworks.map((host) => [host.name, host]));
    this.#ledger = ledger;
  }

  tells({ world }: SimulatedProcess, chunk: Uint8Array, client: string): void {
    const host = this.#frameworks.get(client.split(" ")[0] ?? "");
    if (host === undefined) return;
    // A scheduler that did not hear its id subscribes again, as another framework.
    const known = this.#subscribed(host, chunk, client) ?? this.#byClient.get(client);
    if (known !== undefined) known.toldMs = world.nowMs;
  }

  sends({ name, world }: SimulatedProcess, _to: unknown, message: string, body: Uint8Array): void {
    if (message !== internal.ShutdownFrameworkMessage.typeName) return;
    const id = decodeMessage(internal.ShutdownFrameworkMessage, body).value?.framework_id.value;
    const known = this.#byId.get(id ?? "");
    if (id === undefined || known === undefined || this.#ledger.removed.has(id)) return;
    this.#ledger.removed.add(id);
    if (this.#ledger.tornDown.has(id)) return;
    const awayMs = world.nowMs - known.toldMs;
    if (awayMs >= known.host.failoverTimeoutMs * drift) return;
    const wanted = Math.round(known.host.failoverTimeoutMs);
    const what = `${name} ended ${known.host.name} (${id})`;
    throw new Violation(
      "frameworks-kept",
      `${what}, ${Math.round(awayMs)} ms after it was last told something; it has ${wanted} ms`,
    );
  }

  #subscribed(host: FrameworkHost, chunk: Uint8Array, client: string): Known | undefined {
    for (const record of new RecordDecoder().push(chunk).value ?? []) {
      const { subscribed } = decodeMessage(scheduler.Event, record).value ?? {};
      if (subscribed === undefined) continue;
      const id = subscribed.framework_id.value;
      const known = this.#byId.get(id) ?? { host, toldMs: 0 };
      this.#byId.set(id, known);
      this.#byClient.set(client, known);
      return known;
    }
    return undefined;
  }
}
