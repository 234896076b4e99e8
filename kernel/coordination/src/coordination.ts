/**
 * What several processes agree on: a small tree of versioned values, and who is there.
 *
 * One interface for every backend (embedded SQLite, ZooKeeper, etcd, and a simulated one). It is the
 * least that all of them do well: small values, atomic transactions over several of them, hints that
 * something changed, and members that vanish with their session. Election and detection are built on
 * it once, in `election.ts`. It is no database: a value has at most `valueBytesMax` bytes.
 */

import type { CodedError } from "@tavola/base";
import type { Clock } from "@tavola/host";

/** The largest value, and the largest transaction, in bytes: what ZooKeeper takes with its defaults. */
export const valueBytesMax = 512 * 1024;

/** Absolute, `/a/b`; names are not empty and hold no `/`, no control characters, and are not `.` or `..`. */
export type StorePath = string;

export interface StoredValue {
  readonly value: Uint8Array;
  /** 0 when created, one more with every write to it. */
  readonly version: number;
}

/** One write of a transaction. */
export type StoreWrite =
  /** Fails when it exists. Values above it are made, empty, where they are missing. */
  | { readonly kind: "create"; readonly path: StorePath; readonly value: Uint8Array }
  /** Fails when it is not there, or not at `version` where that is given. */
  | {
      readonly kind: "set";
      readonly path: StorePath;
      readonly value: Uint8Array;
      readonly version?: number;
    }
  /** As "set"; fails also when it has children. */
  | { readonly kind: "delete"; readonly path: StorePath; readonly version?: number }
  /** Writes nothing; fails when it is not at `version` (`"absent"`: when it is there). */
  | { readonly kind: "check"; readonly path: StorePath; readonly version: number | "absent" };

/**
 * `failed` is the index of the first write that could not be done, and then nothing was written.
 * A connection that broke in between leaves it open whether it was: that rejects with the code
 * OUTCOME_UNKNOWN, and the caller reads before it goes on.
 */
export type TransactionOutcome =
  | { readonly done: true }
  | {
      readonly done: false;
      readonly failed: number;
      readonly why: "exists" | "missing" | "version" | "has-children";
    };

/**
 * connected: the store answers. suspended: it does not, and the session may still be alive; nothing
 * that rests on it may be done. expired: the session is over, and all its members are gone; a backend
 * stays expired, and its owner opens a new one or ends.
 */
export type SessionState = "connected" | "suspended" | "expired";

/** Somebody in a group, as long as its session lives. */
export interface Member {
  /** Unique within the group, for ever: `<prefix><sequence of ten digits>`. */
  readonly name: string;
  /** Grows from member to member; the lowest is the eldest. */
  readonly sequence: number;
}

export interface Watch {
  close(): void;
}

/**
 * A connection to a store, with one session. Calls reject with a CodedError: UNAVAILABLE (the store
 * does not answer; nothing was done), SESSION_EXPIRED, UNAUTHORIZED, BAD_PATH, TOO_LARGE,
 * OUTCOME_UNKNOWN (writes only), CORRUPT (the store itself is damaged), NEWER_FORMAT (a later version
 * of this program wrote it), CLOSED.
 */
export interface Coordination {
  readonly backend: "embedded" | "zookeeper" | "etcd" | "memory";
  /** For logs: how it was named, without passwords. */
  readonly description: string;
  /** What its session is measured by; nobody sets it, and its instants are no dates. */
  readonly clock: Clock;

  get(path: StorePath): Promise<StoredValue | undefined>;
  /** Several at once, in the order asked; one round trip where the backend can. */
  getAll(paths: readonly StorePath[]): Promise<readonly (StoredValue | undefined)[]>;
  /** Names, sorted; empty when there is nothing at the path. The root is `/`. */
  children(path: StorePath): Promise<readonly string[]>;
  /**
   * All of them or none, in order: a later write meets what an earlier one did (children deleted, then
   * their parent). Each path at most once (BAD_PATH); at most `valueBytesMax` bytes together
   * (TOO_LARGE). None at all is done at once.
   */
  transact(writes: readonly StoreWrite[]): Promise<TransactionOutcome>;
  /**
   * Calls back soon after the value at the path, or the names of its children, may have changed;
   * several changes may be told as one, and a reconnection tells it once more. Never calls back
   * synchronously. Needs nothing to exist.
   */
  watch(path: StorePath, onChange: () => void): Watch;

  /**
   * Adds an ephemeral member, the youngest; parents are made. `prefix`: start of its name, such as
   * `json.info_`. It stands in the tree at `<group>/<name>` with version 0, and may be checked and set
   * like any value. Never rejects OUTCOME_UNKNOWN: where the connection breaks in between, the backend
   * finds out whether it was added, or sees to it that none stays behind.
   */
  join(group: StorePath, prefix: string, value: Uint8Array): Promise<Member>;
  /** Removes a member of this session at once. One that is gone is no error. */
  leave(group: StorePath, member: Member): Promise<void>;

  readonly session: Session;
  /** Ends the session: its members leave at once, its state is expired, calls reject CLOSED. Idempotent. */
  close(): Promise<void>;
}

export interface Session {
  readonly state: SessionState;
  /** Why it is not connected, as far as known. One that is not `transient` does not mend by waiting. */
  readonly trouble: CodedError | undefined;
  /** As agreed with the store. */
  readonly timeoutMs: number;
  /**
   * Whether the store cannot have ended the session yet: the last answer was asked for less than the
   * timeout ago, by a clock that no one sets. False also when this process was stopped for too long,
   * even before anything noticed. Whoever leads asks this before every act.
   */
  isAlive(): boolean;
  /** Every change of `state`. */
  watch(onChange: (state: SessionState) => void): Watch;
}
