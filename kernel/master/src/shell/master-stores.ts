/**
 * Which store a master uses for what, by its flags; and how it waits for one.
 *
 *     --zk=…                           election and registry in that store
 *     --zk=… --registry=in_memory      election there, no registry
 *     (no --zk)                        no election, the registry in <work_dir>/registry.db
 *     (no --zk) --registry=in_memory   neither
 */

import { join, resolve } from "node:path";
import { CodedError, describeError } from "@tavola/base";
import {
  type Coordination,
  formatStoreUrl,
  parseStoreUrl,
  type StoreUrl,
  untilConnected,
} from "@tavola/coordination";
import type { Clock, Logger } from "@tavola/host";
import type { MasterFlags } from "../flags.ts";

export interface MasterStores {
  /** The only one there is. */
  readonly url: StoreUrl;
  readonly isForElection: boolean;
  readonly isForRegistry: boolean;
}

/** undefined: none is needed. */
export function masterStoresOf(flags: MasterFlags): MasterStores | undefined {
  const isForRegistry = flags.registry !== "in_memory";
  if (flags.zk === undefined) {
    const file = join(resolve(flags.work_dir), "registry.db");
    const url: StoreUrl = {
      scheme: "sqlite",
      servers: [],
      credentials: undefined,
      path: "/mesos",
      file,
    };
    return isForRegistry ? { url, isForElection: false, isForRegistry } : undefined;
  }
  const { value, error } = parseStoreUrl(flags.zk);
  if (error !== undefined) throw new CodedError("INVALID_FLAG", `--zk: ${error}`);
  return { url: value, isForElection: true, isForRegistry };
}

/** Between two lines in the log while nobody answers. */
const toldEveryMs = 10_000;
const toldAfterMs = 1000;

/**
 * Rejects with UNAVAILABLE, saying how long was tried, or with what waiting does not mend
 * (UNAUTHORIZED, CORRUPT, NEWER_FORMAT).
 */
export async function waitForStore(
  store: Coordination,
  options: { readonly timeoutMs: number; readonly clock: Clock; readonly logger: Logger },
): Promise<void> {
  const { clock, logger, timeoutMs } = options;
  const startedAt = clock.now();
  const tell = (): void => {
    const { trouble } = store.session;
    const seconds = Math.round((clock.now() - startedAt) / 1000);
    logger.warn(
      { store: store.description, ...(trouble && { reason: describeError(trouble) }) },
      `the store has not answered for ${seconds} s; trying again, for ${timeoutMs / 1000} s in all`,
    );
    timer = clock.after(toldEveryMs, tell);
  };
  let timer = clock.after(toldAfterMs, tell);
  try {
    await untilConnected(store, timeoutMs);
  } finally {
    timer.cancel();
  }
}

/** `--zk` as it may be shown to anybody. Differs: Mesos shows its password. */
export function shownStore(text: string): string {
  const { value } = parseStoreUrl(text);
  return value?.credentials === undefined ? text : formatStoreUrl(value);
}
