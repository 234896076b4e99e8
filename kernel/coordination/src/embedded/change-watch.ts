/**
 * Notices what changed in the file: at once what this process wrote, soon what others did.
 *
 * SQLite's `data_version` says whether another connection wrote; asking costs microseconds, and is
 * done only while somebody watches. Then the stamps of the watched paths say what it was.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Clock, Timer } from "@tavola/host";
import type { StorePath, Watch } from "../coordination.ts";
import { WatchTable } from "../watch-table.ts";

/** How late a change by another process may be noticed. */
const lookEveryMs = 100;

export interface ChangeWatchOptions {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  /** Throws where the file cannot be read just now. */
  readonly stampOf: (path: StorePath) => number | undefined;
  /** At every look, also when nothing changed. */
  readonly onLook: () => void;
}

export class ChangeWatch {
  readonly #options: ChangeWatchOptions;
  readonly #table: WatchTable;
  readonly #dataVersion: StatementSync;
  /** What was last seen; "unknown" where it could not be read. */
  readonly #stamps = new Map<StorePath, number | undefined | "unknown">();
  #seenVersion: unknown;
  #timer: Timer | undefined;
  #noticed: Timer | undefined;
  #isClosed = false;

  constructor(options: ChangeWatchOptions) {
    this.#options = options;
    this.#table = new WatchTable(options.clock);
    this.#dataVersion = options.database.prepare("PRAGMA data_version");
  }

  add(path: StorePath, onChange: () => void): Watch {
    if (!this.#stamps.has(path)) this.#stamps.set(path, this.#stamp(path));
    const watch = this.#table.add(path, onChange);
    this.#timer ??= this.#lookLater();
    return watch;
  }

  /** Somebody in this process wrote. */
  notice(): void {
    if (this.#table.isEmpty || this.#noticed !== undefined || this.#isClosed) return;
    this.#noticed = this.#options.clock.after(0, () => {
      this.#noticed = undefined;
      this.#compare();
    });
  }

  /** Tells everybody, as after a time without the store. */
  tellAll(): void {
    this.#table.changed(this.#table.paths());
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#noticed?.cancel();
    this.#table.clear();
  }

  #lookLater(): Timer {
    return this.#options.clock.after(lookEveryMs, () => {
      this.#timer = undefined;
      if (this.#table.isEmpty) return this.#stamps.clear();
      this.#options.onLook();
      if (this.#isClosed) return;
      this.#timer = this.#lookLater();
      if (this.#hasOthersWritten()) this.#compare();
    });
  }

  #hasOthersWritten(): boolean {
    try {
      const version = this.#dataVersion.get()?.["data_version"];
      const isNew = version !== this.#seenVersion;
      this.#seenVersion = version;
      return isNew;
    } catch {
      // Locked or failing just now: the next look asks again, and compares in any case.
      this.#seenVersion = undefined;
      return false;
    }
  }

  #compare(): void {
    for (const path of this.#stamps.keys()) {
      const before = this.#stamps.get(path);
      const stamp = this.#stamp(path);
      this.#stamps.set(path, stamp);
      if (stamp !== before || stamp === "unknown") this.#table.changed([path]);
    }
  }

  #stamp(path: StorePath): number | undefined | "unknown" {
    try {
      return this.#options.stampOf(path);
    } catch {
      // Whoever is told reads for himself, and meets the reason.
      return "unknown";
    }
  }
}
