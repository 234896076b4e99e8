/**
 * What a conformance client is: somebody else's program, how to get it, and what it must do.
 */

import type { Cluster } from "@tavola/harness";
import type { Masters } from "./masters.ts";

export interface Client {
  readonly name: string;
  /** Which API it speaks, for the report. */
  readonly speaks: string;
  /**
   * Makes the client ready in a folder that is kept between runs. A string says why it cannot be
   * run here (a toolchain that is not there), which is not a failure.
   */
  prepare(folder: string): Promise<string | undefined>;
  readonly checks: readonly Check[];
}

export type Check =
  | {
      readonly name: string;
      /** Throws when the client did not get what it must. */
      run(cluster: Cluster, folder: string): Promise<void>;
    }
  | {
      readonly name: string;
      /** The same, with several masters that meet in ZooKeeper; it may kill the one that leads. */
      runWithMasters(masters: Masters, folder: string): Promise<void>;
    };
