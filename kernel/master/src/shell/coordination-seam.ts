/**
 * Until the door of coordination has them all: what the shell calls of it. Not to stay.
 */

import type { Result } from "@tavola/base";
import type {
  Candidacy,
  Coordination,
  CoordinationOptions,
  StorePath,
  StoreUrl,
  Watch,
} from "@tavola/coordination";
import * as door from "@tavola/coordination";

interface Door {
  contend(store: Coordination, group: StorePath, label: string, value: Uint8Array): Candidacy;
  detect(
    store: Coordination,
    group: StorePath,
    label: string,
    onChange: (leader: Uint8Array | undefined) => void,
  ): Watch;
  parseStoreUrl(text: string): Result<StoreUrl, string>;
  openCoordination(
    url: StoreUrl,
    options: CoordinationOptions,
  ): Coordination | Promise<Coordination>;
  untilConnected(store: Coordination, timeoutMs: number): Promise<void>;
}

export const { contend, detect, parseStoreUrl, openCoordination, untilConnected } =
  door as unknown as Door;
