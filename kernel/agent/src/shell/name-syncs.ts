/**
 * Brings to the disk the names that lead to a directory, from it up to the agent's own.
 *
 *     <meta>/slaves/<agent>/frameworks/<framework>/executors/<executor>/runs/<container>/tasks/<task>
 *                   '------ once a framework -----' '------ each time -----------------------------'
 *
 * All of them at the same time: what counts is that all are done before anybody is told. Syncs of one
 * directory that are asked for while another of it is under way become one.
 */

import { dirname } from "node:path";
import type { Disk, Synced } from "@tavola/host";

interface OneDirectory {
  /** Who waits for the sync after the one that is under way. */
  next: Synced[];
}

export class NameSyncs {
  readonly #disk: Disk;
  readonly #root: string;
  /** With a sync under way. */
  readonly #syncing = new Map<string, OneDirectory>();
  /** Directories `executors` of which what is above is done. */
  readonly #frameworks = new Set<string>();

  /** What is called for lies below `root`, which is there for good. */
  constructor(disk: Disk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  /** Answers when the names in `directory` and those that lead to it are on disk. */
  sync(directory: string, synced: Synced): void {
    const chain: string[] = [];
    let framework: string | undefined;
    for (let each = directory; each.length > this.#root.length; each = dirname(each)) {
      chain.push(each);
      if (!each.endsWith("/executors")) continue;
      if (this.#frameworks.has(each)) break;
      framework = each;
    }
    let left = chain.length;
    let failure: Error | undefined;
    const done: Synced = (error) => {
      failure ??= error;
      left -= 1;
      if (left > 0) return;
      if (failure === undefined && framework !== undefined) this.#frameworks.add(framework);
      synced(failure);
    };
    for (const each of chain) this.#syncOne(each, done);
  }

  #syncOne(directory: string, synced: Synced): void {
    const syncing = this.#syncing.get(directory);
    if (syncing === undefined) this.#start(directory, [synced]);
    else syncing.next.push(synced);
  }

  #start(directory: string, waiting: readonly Synced[]): void {
    const one: OneDirectory = { next: [] };
    this.#syncing.set(directory, one);
    this.#disk.sync(directory, (error) => {
      if (one.next.length > 0) this.#start(directory, one.next);
      else this.#syncing.delete(directory);
      for (const synced of waiting) synced(error);
    });
  }
}
