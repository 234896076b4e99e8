/**
 * Finding the leader of a group: the value of its eldest member, for those who do not contend.
 *
 * `detect` looks through one store as long as its session lives. `followLeader` is for daemons that
 * live longer than that: it opens the next store when a session is over.
 */

import { CodedError } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";
import type { Coordination, SessionState, StorePath, Watch } from "./coordination.ts";
import { eldestFirst } from "./election.ts";
import { Looking } from "./looking.ts";
import { steadyClock } from "./steady-clock.ts";

export interface Detecting {
  readonly group: StorePath;
  /** `masterLabel` for masters. */
  readonly label: string;
  /** As for `detect`. */
  readonly onChange: (leader: Uint8Array | undefined) => void;
  /** Why nothing can be seen, each time that it is tried in vain; for logs. */
  readonly onTrouble?: (error: CodedError) => void;
}

/**
 * Calls back with the eldest member's value, the first answer included, and with undefined when there
 * is none, the session is over, or the store has been away for longer than the session. Called only
 * on changes; never synchronously.
 */
export function detect(
  store: Coordination,
  group: StorePath,
  label: string,
  onChange: (leader: Uint8Array | undefined) => void,
  onTrouble?: (error: CodedError) => void,
): Watch {
  const detecting = { group, label, onChange, ...(onTrouble && { onTrouble }) };
  return new Detection(store, detecting);
}

class Detection implements Watch {
  readonly #store: Coordination;
  readonly #detecting: Detecting;
  readonly #looking: Looking;
  readonly #watches: readonly Watch[];
  #awayTimer: Timer | undefined;
  /** Nothing was told yet, or there is none, or who. */
  #told: "nothing" | { readonly name: string | undefined } = "nothing";

  constructor(store: Coordination, detecting: Detecting) {
    this.#store = store;
    this.#detecting = detecting;
    this.#looking = new Looking(
      store,
      () => this.#look(),
      (error) => detecting.onTrouble?.(error),
    );
    this.#watches = [
      store.session.watch((state) => this.#sessionChanged(state)),
      store.watch(detecting.group, () => this.#looking.soon()),
    ];
    if (store.session.state === "suspended") this.#sessionChanged("suspended");
    this.#looking.soon();
  }

  close(): void {
    this.#awayTimer?.cancel();
    this.#looking.close();
    for (const watch of this.#watches) watch.close();
  }

  async #look(): Promise<void> {
    const { group, label } = this.#detecting;
    const [name] = eldestFirst(await this.#store.children(group), label);
    if (name === undefined) return this.#tell(undefined, undefined);
    const leader = await this.#store.get(`${group}/${name}`);
    // It left in between: somebody else is the eldest now.
    if (leader === undefined) return this.#looking.soon();
    this.#tell(name, leader.value);
  }

  #tell(name: string | undefined, value: Uint8Array | undefined): void {
    if (!this.#looking.isOpen) return;
    if (this.#told !== "nothing" && this.#told.name === name) return;
    this.#told = { name };
    this.#detecting.onChange(value);
  }

  #sessionChanged(state: SessionState): void {
    this.#awayTimer?.cancel();
    if (state === "connected") this.#looking.soon();
    else {
      const inMs = state === "expired" ? 0 : this.#store.session.timeoutMs;
      this.#awayTimer = this.#store.clock.after(inMs, () => this.#tell(undefined, undefined));
    }
  }
}

export interface FollowLeaderOptions extends Detecting {
  /** Called at once, and again when a session is over; one that rejects is tried again. */
  readonly open: () => Promise<Coordination>;
  /** Between two attempts to open a store; `retryMsDefault` where absent. */
  readonly retryMs?: number;
  /** For those attempts; the machine's where absent. */
  readonly clock?: Clock;
}

const retryMsDefault = 1000;

/**
 * As `detect`, for as long as it is not closed: a session that is over is followed by the next one,
 * and the leader counts as lost only when that one does not see it. Owns the stores that it opens.
 */
export function followLeader(options: FollowLeaderOptions): { close(): Promise<void> } {
  return new Following(options);
}

class Following {
  readonly #options: FollowLeaderOptions;
  readonly #clock: Clock;
  #store: Coordination | undefined;
  #detection: Watch | undefined;
  #retry: Timer | undefined;
  #isClosed = false;
  /** What was told last; "nothing" before the first. */
  #told: "nothing" | Uint8Array | undefined = "nothing";

  constructor(options: FollowLeaderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? steadyClock();
    void this.#open();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.cancel();
    this.#detection?.close();
    await this.#store?.close();
  }

  async #open(): Promise<void> {
    const { open, group, label, onTrouble, retryMs = retryMsDefault } = this.#options;
    let store: Coordination;
    try {
      store = await open();
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      if (this.#isClosed) return;
      onTrouble?.(error);
      this.#tell(undefined);
      this.#retry = this.#clock.after(retryMs, () => void this.#open());
      return;
    }
    if (this.#isClosed) return store.close();
    this.#store = store;
    store.session.watch((state) => {
      if (state === "expired" && this.#store === store) this.#reopen(store);
    });
    this.#detection = detect(store, group, label, (leader) => this.#tell(leader), onTrouble);
    if (store.session.state === "expired") this.#reopen(store);
  }

  #reopen(store: Coordination): void {
    if (this.#isClosed) return;
    this.#detection?.close();
    this.#store = undefined;
    void store.close();
    void this.#open();
  }

  #tell(leader: Uint8Array | undefined): void {
    if (this.#isClosed || isSame(this.#told, leader)) return;
    this.#told = leader;
    this.#options.onChange(leader);
  }
}

function isSame(a: Uint8Array | "nothing" | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || a === "nothing" || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
