/**
 * Who leads, as ZooKeeper, etcd or an embedded store has it: the eldest `json.info_…` of a group.
 *
 * The store is opened when the leader is first asked for, and watched from then on, so that a new
 * leader is known the moment it is elected. What a master says of who leads (a redirect) counts until
 * the store says something new. Reads masters' entries as Mesos writes them.
 */

import { CodedError, describeError } from "@tavola/base";
import {
  type Coordination,
  type CoordinationOptions,
  followLeader,
  formatStoreUrl,
  masterLabel,
  type StoreUrl,
} from "@tavola/coordination";
import { MasterInfo, parseMessageJson } from "@tavola/protocol";
import type { LeaderDetector } from "./leader.ts";
import { originOf } from "./redirect.ts";
import { delay } from "./subscription.ts";
import type { OpenWorld } from "./world.ts";

/** As `openCoordination`. */
export type OpenStore = (url: StoreUrl, options: CoordinationOptions) => Promise<Coordination>;

/** Mesos's schedulers use as much. */
const sessionTimeoutMs = 10_000;
/** How long one question waits for a leader before it is answered that there is none. */
const patienceMs = 5_000;

export class StoredLeader implements LeaderDetector {
  readonly #url: StoreUrl;
  readonly #world: OpenWorld;
  readonly #watchers = new Set<(url: string) => void>();
  readonly #waiting = new Set<() => void>();
  #following: { close(): Promise<void> } | undefined;
  #elected: string | undefined;
  #redirect: string | undefined;
  #trouble: CodedError | undefined;

  constructor(url: StoreUrl, world: OpenWorld) {
    this.#url = url;
    this.#world = world;
  }

  /** Its one candidate changes, so there is always another worth waiting for. */
  get candidates(): number {
    return Number.POSITIVE_INFINITY;
  }

  async current(signal?: AbortSignal): Promise<string> {
    this.#following ??= this.#follow();
    const givesUpAt = this.#world.clock.now() + patienceMs;
    for (;;) {
      const url = this.#redirect ?? this.#elected;
      if (url !== undefined) return url;
      if (this.#trouble !== undefined && !this.#trouble.transient) throw this.#trouble;
      const leftMs = givesUpAt - this.#world.clock.now();
      if (leftMs <= 0 || signal?.aborted === true) throw this.#nobody();
      await this.#nextAnswer(leftMs, signal);
    }
  }

  redirected(location: string): void {
    this.#redirect = originOf(location);
  }

  failed(url: string): void {
    if (this.#redirect === url) this.#redirect = undefined;
  }

  watch(onChange: (url: string) => void): void {
    this.#watchers.add(onChange);
  }

  async close(): Promise<void> {
    await this.#following?.close();
  }

  #follow(): { close(): Promise<void> } {
    const { logger, random, openStore } = this.#world;
    return followLeader({
      open: () => openStore(this.#url, { sessionTimeoutMs, logger, random }),
      group: this.#url.path,
      label: masterLabel,
      onChange: (leader) => this.#changed(leader),
      onTrouble: (error) => {
        this.#trouble = error;
        this.#answered();
      },
    });
  }

  #changed(leader: Uint8Array | undefined): void {
    this.#trouble = undefined;
    this.#redirect = undefined;
    this.#elected = leader === undefined ? undefined : this.#urlOf(leader);
    this.#answered();
    const url = this.#elected;
    if (url !== undefined) for (const onChange of this.#watchers) onChange(url);
  }

  #urlOf(leader: Uint8Array): string | undefined {
    const info = parseMessageJson(MasterInfo, Buffer.from(leader).toString("utf8"));
    const address = info.value === undefined ? undefined : addressOf(info.value);
    if (address !== undefined) return `http://${address}`;
    const reason = info.error ?? "it has no address";
    this.#trouble = new CodedError(
      "LEADER_UNREADABLE",
      `the leader's entry below ${formatStoreUrl(this.#url)} cannot be read: ${reason}`,
      {},
      { transient: true },
    );
    return undefined;
  }

  #answered(): void {
    for (const wake of this.#waiting) wake();
  }

  async #nextAnswer(withinMs: number, signal: AbortSignal | undefined): Promise<void> {
    const answered = new AbortController();
    const wake = (): void => answered.abort();
    this.#waiting.add(wake);
    const signals = signal === undefined ? [answered.signal] : [answered.signal, signal];
    await delay(this.#world.clock, withinMs, AbortSignal.any(signals));
    this.#waiting.delete(wake);
  }

  #nobody(): CodedError {
    const trouble = this.#trouble === undefined ? "" : `: ${describeError(this.#trouble)}`;
    return new CodedError(
      "UNAVAILABLE",
      `no master leads, as far as ${formatStoreUrl(this.#url)} says${trouble}`,
      {},
      { transient: true },
    );
  }
}

/** As other processes reach it: the advertised address, else that of its libprocess id. */
function addressOf({ address, pid }: MasterInfo): string | undefined {
  const host = address?.ip ?? address?.hostname;
  if (host !== undefined && address !== undefined) return `${host}:${address.port}`;
  return /^master@(\S+:\d+)$/.exec(pid ?? "")?.[1];
}
