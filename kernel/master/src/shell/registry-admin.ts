/**
 * A registry in the hands of an operator: looked at, saved, brought back.
 *
 * Looking and saving may be done while a master leads. Bringing one back needs the masters to be down:
 * it is done in one step, at the head, so that there is no moment without a registry; a master that
 * ran all the same finds itself deposed and ends.
 */

import { CodedError } from "@tavola/base";
import {
  type Coordination,
  masterLabel,
  openCoordination,
  type StoreUrl,
  untilConnected,
} from "@tavola/coordination";
import { type Logger, systemClock } from "@tavola/host";
import { decodeBackup, encodeBackup, encodeSnapshot, type RegistryState } from "@tavola/registry";
import { registryJson } from "./registry.ts";
import { sweep } from "./registry-compaction.ts";
import { readRegistry } from "./registry-copy.ts";
import {
  batchNumber,
  chunkPath,
  decodeHead,
  encodeHead,
  headPath,
  logPath,
  type RegistryHead,
  registryRoot,
  snapshotName,
} from "./registry-layout.ts";
import type { RegistryPlace } from "./registry-reader.ts";
import { RegistryWriter } from "./registry-writer.ts";
import type { Patience } from "./store-patience.ts";

const sessionTimeoutMs = 10_000;
const writer = "tavola registry";

export interface RegistrySummary {
  /** The store, without a password. */
  readonly store: string;
  /** Of the last master, or of who brought it back. */
  readonly writer: string;
  readonly epoch: number;
  readonly bytes: number;
  readonly admitted: number;
  readonly unreachable: number;
  readonly gone: number;
  readonly quotas: number;
  readonly weights: number;
  readonly machines: number;
}

export class RegistryAdmin {
  readonly #place: RegistryPlace;
  readonly #url: StoreUrl;
  readonly #patience: Patience;

  private constructor(store: Coordination, url: StoreUrl, timeoutMs: number) {
    this.#place = { store, root: registryRoot(url.path) };
    this.#url = url;
    this.#patience = {
      clock: systemClock(),
      timeoutMs,
      what: "write the registry",
      flag: "timeout",
      signal: new AbortController().signal,
    };
  }

  /** Rejects with what the store says: UNAVAILABLE after `timeoutMs`, UNAUTHORIZED, CORRUPT, … */
  static async open(
    url: StoreUrl,
    options: { readonly timeoutMs: number; readonly logger: Logger },
  ): Promise<RegistryAdmin> {
    const { timeoutMs, logger } = options;
    const store = await openCoordination(url, { sessionTimeoutMs, logger });
    try {
      await untilConnected(store, timeoutMs);
    } catch (error) {
      await store.close();
      throw error;
    }
    return new RegistryAdmin(store, url, timeoutMs);
  }

  async close(): Promise<void> {
    await this.#place.store.close();
  }

  async summary(): Promise<RegistrySummary> {
    const { head, state } = await this.#read();
    return {
      store: this.#place.store.description,
      writer: head.writer,
      epoch: head.epoch,
      bytes: head.log.bytes + (head.snapshot?.bytes ?? 0),
      admitted: state.admitted.size,
      unreachable: state.unreachable.size,
      gone: state.gone.size,
      quotas: state.quotas.size,
      weights: state.weights.size,
      machines: state.machines.size,
    };
  }

  /** Mesos's message, as `/registrar(1)/registry` has it. */
  async json(): Promise<string> {
    return registryJson((await this.#read()).state);
  }

  /** For `restore`. */
  async backup(): Promise<Uint8Array> {
    return encodeBackup((await this.#read()).state);
  }

  /** An empty one where there is none. Rejects with REGISTRY_EXISTS. */
  async init(): Promise<void> {
    if ((await readRegistry(this.#place)) !== undefined) throw this.#exists("");
    await this.#takeOver();
  }

  /**
   * What `backup` made, in place of what is there: also of what cannot be read. Rejects with
   * REGISTRY_EXISTS unless `replaces`, MASTERS_RUNNING, REGISTRY_CORRUPT or REGISTRY_NEWER of the file.
   */
  async restore(
    bytes: Uint8Array,
    options: { readonly file: string; readonly replaces: boolean },
  ): Promise<void> {
    const { value: state, error } = decodeBackup(bytes, options.file);
    if (error !== undefined) throw new CodedError(error.code, error.message);
    const { store, root } = this.#place;
    const masters = (await store.children(this.#url.path)).filter((name) =>
      name.startsWith(masterLabel),
    );
    if (masters.length > 0) {
      throw new CodedError(
        "MASTERS_RUNNING",
        `${masters.length === 1 ? "a master stands" : `${masters.length} masters stand`} in ${store.description}; ` +
          "end all of them first",
      );
    }
    if ((await store.children(root)).length > 0 && !options.replaces) {
      throw this.#exists("; --replace puts the backup in its place");
    }
    await this.#replace(state);
    const { writer: registry } = await this.#takeOver();
    for await (const _ of sweep(registry));
  }

  async #replace(state: RegistryState): Promise<void> {
    const { store, root } = this.#place;
    const stored = await store.get(headPath(root));
    const former = stored === undefined ? undefined : decodeHead(stored.value).value;
    const next = nextHead(former, await store.children(root), await store.children(logPath(root)));
    const name = snapshotName(next);
    let chunks = 0;
    let bytes = 0;
    for (const value of encodeSnapshot(state)) {
      const path = chunkPath(root, name, chunks);
      await this.#transact({ kind: "create", path, value });
      chunks += 1;
      bytes += value.length;
    }
    const value = encodeHead({ ...next, snapshot: { name, chunks, bytes } });
    const path = headPath(root);
    await this.#transact(
      stored === undefined
        ? { kind: "create", path, value }
        : { kind: "set", path, value, version: stored.version },
    );
  }

  async #transact(write: Parameters<Coordination["transact"]>[0][number]): Promise<void> {
    const outcome = await this.#place.store.transact([write]);
    if (outcome.done) return;
    throw new CodedError(
      "REGISTRY_CHANGED",
      `somebody else writes the registry (${write.path}); end all masters, then try again`,
    );
  }

  #takeOver() {
    return RegistryWriter.takeOver({
      place: this.#place,
      writer,
      mayCreate: true,
      fetchPatience: this.#patience,
      patience: this.#patience,
    });
  }

  async #read() {
    const found = await readRegistry(this.#place);
    if (found !== undefined) return found;
    const { store, root } = this.#place;
    throw new CodedError(
      "REGISTRY_MISSING",
      `there is no registry in ${store.description} (${root})`,
    );
  }

  #exists(wayOut: string): CodedError {
    const { store, root } = this.#place;
    const message = `there is a registry in ${store.description} (${root}) already${wayOut}`;
    return new CodedError("REGISTRY_EXISTS", message);
  }
}

/** Behind all that is there, so that no name is used twice, whatever cannot be read. */
function nextHead(
  former: RegistryHead | undefined,
  names: readonly string[],
  batches: readonly string[],
): RegistryHead {
  // Sorted, so the last of ours is the highest.
  const highest = batches.map(batchNumber).findLast((number) => number !== undefined);
  const last = Math.max(former?.log.last ?? 0, highest ?? 0);
  const log = { first: last + 1, last, bytes: 0 };
  const epoch = (former?.epoch ?? 0) + 1;
  let writes = (former?.writes ?? 0) + 1;
  while (names.includes(snapshotName({ epoch, writes, writer, log, snapshot: undefined }))) {
    writes += 1;
  }
  return { epoch, writes, writer, log, snapshot: undefined };
}
