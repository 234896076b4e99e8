/**
 * All masters that stand in the store in which they meet, whether they lead or wait.
 *
 * A session that is over is followed by a new one at the next question.
 */

import { CodedError } from "@tavola/base";
import {
  type Coordination,
  masterLabel,
  openCoordination,
  type StoreUrl,
} from "@tavola/coordination";
import type { Logger } from "@tavola/host";
import { MasterInfo, parseMessageJson, parseUpid } from "@tavola/protocol";
import type { Place } from "../dns/cluster-names.ts";

const sessionTimeoutMs = 10_000;

export class StoredMasters {
  readonly #url: StoreUrl;
  readonly #logger: Logger;
  #store: Promise<Coordination> | undefined;

  constructor(url: StoreUrl, logger: Logger) {
    this.#url = url;
    this.#logger = logger;
  }

  /** By address, so that a new leader changes nobody's number. Rejects as the store does. */
  async read(): Promise<readonly Place[]> {
    this.#store ??= openCoordination(this.#url, { sessionTimeoutMs, logger: this.#logger });
    const store = this.#store;
    try {
      return await this.#read(await store);
    } catch (error) {
      if (this.#store === store) this.#store = undefined;
      void closed(store);
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#store !== undefined) await closed(this.#store);
  }

  async #read(store: Coordination): Promise<readonly Place[]> {
    const group = this.#url.path;
    const names = (await store.children(group)).filter((name) => name.startsWith(masterLabel));
    const values = await store.getAll(names.map((name) => `${group}/${name}`));
    const places = values.flatMap((each) => {
      if (each === undefined) return [];
      const info = parseMessageJson(MasterInfo, Buffer.from(each.value).toString("utf8"));
      return info.value === undefined ? [] : (placeOfMaster(info.value) ?? []);
    });
    if (places.length > 0) return places.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const text = "no master stands in the store";
    throw new CodedError("UNAVAILABLE", text, {}, { transient: true });
  }
}

/** As other processes reach it: the advertised address, else that of its libprocess id. */
export function placeOfMaster({ address, pid }: MasterInfo): Place | undefined {
  const host = address?.ip ?? address?.hostname;
  if (host !== undefined) return { host, port: address?.port };
  return parseUpid(pid ?? "");
}

function keyOf({ host, port }: Place): string {
  return `${host}:${port}`;
}

async function closed(store: Promise<Coordination>): Promise<void> {
  try {
    await (await store).close();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
  }
}
