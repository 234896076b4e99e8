/**
 * Records that wait for others of their cause: a window opens with the first and closes after a while.
 */

import type { Clock, Timer } from "@tavola/host";
import { groupKeyOf } from "../core/mail/mail-bundles.ts";
import type { MailRecord } from "../core/records.ts";

type KeyedRecord = readonly [key: string, record: MailRecord];

export interface MailGroupsOptions {
  readonly clock: Clock;
  readonly windowMs: number;
  /** Never called from within `add`. */
  readonly onComplete: (records: readonly KeyedRecord[]) => void;
}

export class MailGroups {
  readonly #options: MailGroupsOptions;
  readonly #open = new Map<string, { readonly records: KeyedRecord[]; readonly timer: Timer }>();

  constructor(options: MailGroupsOptions) {
    this.#options = options;
  }

  add(key: string, record: MailRecord): void {
    const cause = groupKeyOf(record);
    // What goes alone has a group of its own, closed at once.
    const group = cause ?? `alone ${key}`;
    const open = this.#open.get(group);
    if (open !== undefined) {
      open.records.push([key, record]);
      return;
    }
    const { clock, windowMs, onComplete } = this.#options;
    const records: KeyedRecord[] = [[key, record]];
    const timer = clock.after(cause === undefined ? 0 : windowMs, () => {
      this.#open.delete(group);
      onComplete(records);
    });
    this.#open.set(group, { records, timer });
  }

  close(): void {
    for (const { timer } of this.#open.values()) timer.cancel();
    this.#open.clear();
  }
}
