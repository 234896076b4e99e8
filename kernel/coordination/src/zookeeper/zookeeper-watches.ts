/**
 * Watches that last, out of ZooKeeper's that fire once.
 *
 * A path is armed by asking whether it exists and for its children, both with a watch: whatever
 * becomes of it, one of the two fires. Only when it is armed again is anybody told: what changed until
 * then they read, of what changes from then on they are told. A new connection has no watches: all are
 * armed anew and told once.
 *
 * Differs: ZooKeeper 3.6 has watches that last, which older ensembles answer by ending the session.
 */

import type { Logger } from "@tavola/host";
import type { StorePath, Watch } from "../coordination.ts";
import type { WatchTable } from "../watch-table.ts";
import { childrenCall, existsCall, type WireCall } from "./wire-calls.ts";
import type { WatchEvent } from "./wire-frames.ts";
import { Refusal, zkErrors } from "./zookeeper-errors.ts";
import type { ZooKeeperSession } from "./zookeeper-session.ts";

export class ZooKeeperWatches {
  readonly #table: WatchTable;
  readonly #logger: Logger;
  #session: ZooKeeperSession | undefined;

  constructor(table: WatchTable, logger: Logger) {
    this.#table = table;
    this.#logger = logger;
  }

  add(path: StorePath, onChange: () => void): Watch {
    const watch = this.#table.add(path, onChange);
    void this.#arm(path);
    return watch;
  }

  /** There is a new connection. */
  connected(session: ZooKeeperSession): void {
    this.#session = session;
    for (const path of this.#table.paths()) this.#armAndTell(path);
  }

  /** One fired. */
  changed({ kind, path }: WatchEvent): void {
    if (kind !== "other" && this.#table.paths().includes(path)) this.#armAndTell(path);
  }

  #armAndTell(path: StorePath): void {
    void this.#arm(path).then(() => this.#table.changed([path]));
  }

  /** Resolves when it is armed. Where that fails with the connection, the next one arms it. */
  async #arm(path: StorePath): Promise<void> {
    const calls = [existsCall(path, true), childrenCall(path, true)];
    const arming = calls.map(async (call: WireCall<unknown>) => {
      try {
        await this.#session?.call(call);
      } catch (error) {
        if (!(error instanceof Refusal) || error.error === zkErrors.noNode) return;
        this.#logger.warn({ path, error }, "Cannot watch a node of ZooKeeper's");
      }
    });
    await Promise.all(arming);
  }
}
