/**
 * Watches that last, out of ZooKeeper's that fire once.
 *
 * A path is armed by asking whether it exists and for its children, both with a watch: whatever
 * becomes of it, one of the two fires. It is armed again before anybody is told, on the same
 * connection, so what they read then is no older than the watch. A new connection has no watches:
 * all are armed anew and told once.
 *
 * Differs: ZooKeeper 3.6 has watches that last, which older ensembles answer by ending the session.
 */

import type { Logger } from "@tavola/host";
import type { StorePath, Watch } from "../coordination.ts";
import type { WatchTable } from "../watch-table.ts";
import { childrenCall, existsCall } from "./wire-calls.ts";
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
    this.#arm(path);
    return watch;
  }

  /** There is a new connection. */
  connected(session: ZooKeeperSession): void {
    this.#session = session;
    const paths = this.#table.paths();
    for (const path of paths) this.#arm(path);
    this.#table.changed(paths);
  }

  /** One fired. */
  changed({ kind, path }: WatchEvent): void {
    if (kind === "other" || !this.#table.paths().includes(path)) return;
    this.#arm(path);
    this.#table.changed([path]);
  }

  #arm(path: StorePath): void {
    for (const call of [existsCall(path, true), childrenCall(path, true)]) {
      this.#session?.call<unknown>(call).catch((error: unknown) => {
        if (!(error instanceof Refusal) || error.error === zkErrors.noNode) return;
        this.#logger.warn({ path, error }, "Cannot watch a node of ZooKeeper's");
      });
    }
  }
}
