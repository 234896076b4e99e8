/**
 * Watches: one streaming call a watched path, which asks for the path's value and for the range of its
 * children, from the revision on that this client has seen.
 *
 * A stream that breaks is opened again from the revision after the last one it told, at whichever
 * member answers, and tells once more. Where that revision was compacted away it begins anew from
 * now. All streams are opened again when calls move to another member or the session was suspended:
 * the one they hang on may be cut off without knowing it.
 *
 * Told is only that something changed. Owns no values.
 */

import type { Random } from "@tavola/base";
import type { Clock, Logger } from "@tavola/host";
import type { StorePath, Watch } from "../coordination.ts";
import { WatchTable } from "../watch-table.ts";
import type { EtcdClient } from "./etcd-client.ts";
import { childrenRange, treeKey } from "./etcd-keys.ts";
import type { StreamLine, WatchResponse } from "./etcd-messages.ts";

export interface EtcdWatchesOptions {
  readonly client: EtcdClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The newest revision that any answer named; 0 before the first. */
  readonly seenRevision: () => number;
}

const retryMs = { first: 50, most: 1_000 } as const;
/** Two ranges a stream; nothing that they tell is longer than one transaction's values. */
const lineBytesMax = 8 * 1024 * 1024;

export class EtcdWatches {
  readonly #options: EtcdWatchesOptions;
  readonly #table: WatchTable;
  readonly #streams = new Map<StorePath, WatchStream>();
  readonly #watchers = new Map<StorePath, number>();

  constructor(options: EtcdWatchesOptions) {
    this.#options = options;
    this.#table = new WatchTable(options.clock);
  }

  add(path: StorePath, onChange: () => void): Watch {
    const inTable = this.#table.add(path, onChange);
    this.#watchers.set(path, (this.#watchers.get(path) ?? 0) + 1);
    if (!this.#streams.has(path)) {
      const tell = (): void => this.#table.changed([path]);
      this.#streams.set(path, new WatchStream(path, this.#options, tell));
    }
    let isOpen = true;
    return {
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        inTable.close();
        this.#left(path);
      },
    };
  }

  /** Opens every stream again, where calls go now. */
  reopen(): void {
    for (const stream of this.#streams.values()) stream.reopen();
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
    this.#watchers.clear();
    this.#table.clear();
  }

  #left(path: StorePath): void {
    const left = (this.#watchers.get(path) ?? 0) - 1;
    if (left > 0) {
      this.#watchers.set(path, left);
      return;
    }
    this.#watchers.delete(path);
    this.#streams.get(path)?.close();
    this.#streams.delete(path);
  }
}

class WatchStream {
  readonly #path: StorePath;
  readonly #options: EtcdWatchesOptions;
  readonly #tell: () => void;
  /** Of the call under way. */
  #call = new AbortController();
  #closed = false;
  #wake: (() => void) | undefined;
  #failures = 0;
  #isFirst = true;
  /** The next revision that is not yet told; 0: whatever comes from now on. */
  #from: number;

  constructor(path: StorePath, options: EtcdWatchesOptions, tell: () => void) {
    this.#path = path;
    this.#options = options;
    this.#tell = tell;
    const seen = options.seenRevision();
    this.#from = seen === 0 ? 0 : seen + 1;
    void this.#run();
  }

  reopen(): void {
    this.#call.abort();
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.reopen();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const call = new AbortController();
      this.#call = call;
      const { server } = this.#options.client;
      try {
        await this.#listen(call.signal);
      } catch (error) {
        if (!call.signal.aborted) {
          this.#options.logger.debug(
            { error, path: this.#path, server },
            "a watch of etcd broke off",
          );
        }
      }
      // Whichever way it ended, its connection is not needed any more.
      const wasAsked = call.signal.aborted;
      call.abort();
      if (!wasAsked) await this.#pause();
    }
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const response = await this.#options.client.stream("/v3/watch", this.#request(), signal);
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.chunks()) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > lineBytesMax) throw new Error("a line of a watch is too long");
      for (const line of lines) {
        if (line !== "" && this.#heard(JSON.parse(line) as StreamLine<WatchResponse>) === "over") {
          return;
        }
      }
    }
  }

  #heard({ result, error }: StreamLine<WatchResponse>): "over" | undefined {
    if (error !== undefined || result === undefined) return "over";
    if (result.compact_revision !== undefined || result.canceled) {
      // What happened meanwhile is no longer known, so it is begun from now and told as a change.
      this.#from = 0;
      return "over";
    }
    const revision = Number(result.header?.revision ?? 0);
    if (result.created) {
      if (!this.#isFirst || this.#from === 0) this.#tell();
      if (this.#from === 0) this.#from = revision + 1;
      this.#isFirst = false;
      this.#failures = 0;
    }
    if (result.events !== undefined) {
      this.#from = Math.max(this.#from, revision + 1);
      this.#tell();
    }
    return undefined;
  }

  #request(): string {
    const start_revision = String(this.#from);
    const value = { key: treeKey(this.#path), start_revision };
    const children = { ...childrenRange(this.#path), start_revision };
    return [children, ...(this.#path === "/" ? [] : [value])]
      .map((create_request) => JSON.stringify({ create_request }))
      .join("\n");
  }

  #pause(): Promise<void> {
    this.#failures += 1;
    const backOff = Math.min(retryMs.most, retryMs.first * 2 ** this.#failures);
    const { clock, random } = this.#options;
    return new Promise((resolve) => {
      const timer = clock.after(backOff * (0.5 + random.next() / 2), resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
