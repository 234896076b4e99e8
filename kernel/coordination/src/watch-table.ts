/**
 * Who wants to hear of which path, within one client: told soon, never at once, and once for several
 * changes that come together.
 */

import type { Clock } from "@tavola/host";
import type { StorePath, Watch } from "./coordination.ts";

interface Watcher {
  readonly onChange: () => void;
  told: boolean;
}

export class WatchTable {
  readonly #clock: Clock;
  readonly #watchers = new Map<StorePath, Set<Watcher>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#watchers.size === 0;
  }

  /** What somebody watches. */
  paths(): readonly StorePath[] {
    return [...this.#watchers.keys()];
  }

  add(path: StorePath, onChange: () => void): Watch {
    const watcher: Watcher = { onChange, told: true };
    const watchers = this.#watchers.get(path) ?? new Set();
    this.#watchers.set(path, watchers.add(watcher));
    return {
      close: () => {
        watchers.delete(watcher);
        if (watchers.size === 0 && this.#watchers.get(path) === watchers) {
          this.#watchers.delete(path);
        }
      },
    };
  }

  /** Calls back those that watch one of the paths. */
  changed(paths: Iterable<StorePath>): void {
    for (const path of paths) {
      for (const watcher of this.#watchers.get(path) ?? []) this.#tellSoon(path, watcher);
    }
  }

  clear(): void {
    this.#watchers.clear();
  }

  #tellSoon(path: StorePath, watcher: Watcher): void {
    if (!watcher.told) return;
    watcher.told = false;
    this.#clock.after(0, () => {
      watcher.told = true;
      if (this.#watchers.get(path)?.has(watcher)) watcher.onChange();
    });
  }
}
