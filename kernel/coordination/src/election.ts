/**
 * Who leads a group: its eldest member. Contending is joining it; detecting is watching it.
 *
 * The names and values are Mesos's (`json.info_<sequence>` holding MasterInfo as JSON), so whoever
 * knows Mesos finds our leader, and we find theirs. Members whose name has another prefix are none of
 * ours and are passed over.
 */

import type { Coordination, StorePath, Watch } from "./coordination.ts";

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

/** Joins and waits for its turn. A store that is away is retried within the session. */
export type Contend = (
  store: Coordination,
  group: StorePath,
  label: string,
  value: Uint8Array,
) => Candidacy;

/** Calls back with the eldest member's value, the first answer included, and with undefined when there is none or the store has been away for longer than the session. */
export type Detect = (
  store: Coordination,
  group: StorePath,
  label: string,
  onChange: (leader: Uint8Array | undefined) => void,
) => Watch;
