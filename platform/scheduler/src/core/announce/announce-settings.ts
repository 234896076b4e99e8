/**
 * What an operator sets about announcing tasks, with every default in one table.
 */

export interface AnnounceSettings {
  /** URLs of discovery servers; none: nothing is announced. `--discovery` wins over it. */
  readonly servers: readonly string[];
  /** Shown to the servers: nobody without it changes or withdraws what is announced. Absent: anybody may. */
  readonly key?: string;
  /** What of a request is announced that does not say `announce` itself. */
  readonly byDefault: boolean;
  /** Between a task's withdrawal and its kill, where the request does not say (`killAfterDrainMillis`). */
  readonly killAfterDrainMs: number;
  /** No request may ask for more. */
  readonly killAfterDrainMsMax: number;
  /** A task whose withdrawal no server has taken by then counts as withdrawn. */
  readonly withdrawMsMax: number;
}

export const defaultAnnounceSettings: AnnounceSettings = {
  servers: [],
  byDefault: true,
  killAfterDrainMs: 5_000,
  killAfterDrainMsMax: 10 * 60_000,
  withdrawMsMax: 10_000,
};
