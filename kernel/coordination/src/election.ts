/**
 * Who leads a group: its eldest member. Contending is joining it and waiting to be the eldest.
 *
 * The names and values are Mesos's (`json.info_<sequence>` holding MasterInfo as JSON), so whoever
 * knows Mesos finds our leader, and we find theirs. Members whose name has another prefix, or no
 * sequence number, are none of ours and are passed over. Detecting is in `detection.ts`.
 *
 *     joining ──► waiting ──► elected ──► over
 *        └───────────┴─────────────────────►
 *
 * A view of the group that holds our own member holds every elder one that is still there, because an
 * elder was there first: so the first view in which ours is the eldest is proof, however stale it is.
 */

import { CodedError, describeError } from "@tavola/base";
import type { Timer } from "@tavola/host";
import type { Coordination, Member, SessionState, StorePath, Watch } from "./coordination.ts";
import { Looking } from "./looking.ts";
import { parseMemberSequence } from "./member-name.ts";

/** What Mesos's masters put before their sequence number. */
export const masterLabel = "json.info_";

export interface Candidacy {
  /** Resolves once: this member is the eldest. Never rejects; stays open when it ends before. */
  readonly elected: Promise<void>;
  /** Resolves once, with a sentence: the candidacy is over, whether it led or not. */
  readonly lost: Promise<string>;
  /** Elected, not lost, and the session cannot have ended. Asked before every act of a leader. */
  isLeading(): boolean;
  /** Leaves at once. Idempotent. */
  withdraw(): Promise<void>;
}

/**
 * Joins and waits for its turn. A store that is away is retried within the session: once the session
 * may be over, so is the candidacy, as Mesos has it; whoever wants to stand again opens a new store.
 */
export function contend(
  store: Coordination,
  group: StorePath,
  label: string,
  value: Uint8Array,
): Candidacy {
  return new GroupCandidacy(store, group, label, value);
}

/** The names of the group's members with this label, the eldest first. */
export function eldestFirst(names: readonly string[], label: string): readonly string[] {
  return names
    .map((name) => ({ name, sequence: parseMemberSequence(name, label) }))
    .filter((each): each is Member => each.sequence !== undefined)
    .sort((a, b) => a.sequence - b.sequence)
    .map(({ name }) => name);
}

class GroupCandidacy implements Candidacy {
  readonly #store: Coordination;
  readonly #group: StorePath;
  readonly #label: string;
  readonly #value: Uint8Array;
  readonly #elected = Promise.withResolvers<void>();
  readonly #lost = Promise.withResolvers<string>();
  readonly #looking: Looking;
  readonly #sessionWatch: Watch;
  #groupWatch: Watch | undefined;
  #awayTimer: Timer | undefined;
  #member: Member | undefined;
  #isEldest = false;
  #isOver = false;

  constructor(store: Coordination, group: StorePath, label: string, value: Uint8Array) {
    this.#store = store;
    this.#group = group;
    this.#label = label;
    this.#value = value;
    this.#looking = new Looking(
      store,
      () => this.#step(),
      (error) => this.#refused(error),
    );
    this.#sessionWatch = store.session.watch((state) => this.#sessionChanged(state));
    this.#looking.soon();
  }

  get elected(): Promise<void> {
    return this.#elected.promise;
  }

  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  isLeading(): boolean {
    const { session } = this.#store;
    return this.#isEldest && !this.#isOver && session.state === "connected" && session.isAlive();
  }

  async withdraw(): Promise<void> {
    const member = this.#member;
    this.#end("it was withdrawn");
    if (member !== undefined) await this.#leave(member);
  }

  async #step(): Promise<void> {
    if (this.#isOver) return;
    if (this.#member === undefined) await this.#join();
    const { name } = this.#member ?? {};
    if (name === undefined || this.#isOver) return;
    const names = eldestFirst(await this.#store.children(this.#group), this.#label);
    if (this.#isOver) return;
    if (!names.includes(name)) {
      this.#giveUp(`its node ${this.#group}/${name} is gone: somebody deleted it`);
    } else if (names[0] === name) {
      this.#isEldest = true;
      this.#elected.resolve();
    }
  }

  async #join(): Promise<void> {
    const member = await this.#store.join(this.#group, this.#label, this.#value);
    if (this.#isOver) return this.#leave(member);
    this.#member = member;
    this.#groupWatch = this.#store.watch(this.#group, () => this.#looking.soon());
  }

  #refused(error: CodedError): void {
    if (!error.transient) this.#giveUp(describeError(error));
  }

  #sessionChanged(state: SessionState): void {
    this.#awayTimer?.cancel();
    if (state === "connected") this.#looking.soon();
    else if (state === "expired") {
      const { trouble } = this.#store.session;
      this.#giveUp(trouble?.message ?? `the session with ${this.#store.description} is over`);
    } else if (this.#member !== undefined) {
      const { timeoutMs } = this.#store.session;
      this.#awayTimer = this.#store.clock.after(timeoutMs, () =>
        this.#giveUp(
          `${this.#store.description} has not answered for ${timeoutMs} ms, ` +
            "so that the session may be over",
        ),
      );
    }
  }

  #end(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#awayTimer?.cancel();
    this.#sessionWatch.close();
    this.#groupWatch?.close();
    this.#looking.close();
    this.#lost.resolve(why);
  }

  /** A member that may still stand must not keep the others waiting as long as its session lives. */
  #giveUp(why: string): void {
    if (this.#isOver) return;
    this.#end(why);
    if (this.#member !== undefined) void this.#leave(this.#member);
  }

  /** Tries once; goes on in the background while the store does not answer. */
  async #leave(member: Member): Promise<void> {
    try {
      await this.#store.leave(this.#group, member);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      // A session that is over took its members along.
      if (error.transient && this.#store.session.state !== "expired") {
        this.#store.clock.after(this.#store.session.timeoutMs / 10, () => void this.#leave(member));
      }
    }
  }
}
