/**
 * Which of several daemons leads, as their store says: told with every change.
 */

import { followLeader, openCoordination, type StoreUrl } from "@tavola/coordination";
import { silentLogger } from "@tavola/host";

const sessionTimeoutMs = 10_000;

export interface Followed {
  readonly group: string;
  readonly label: string;
  /** undefined: it is nobody's introduction. */
  readonly urlOf: (introduction: Uint8Array) => string | undefined;
  readonly onLeader: (url: string) => void;
}

/** While nobody leads nothing is told. */
export function followLeading(
  store: StoreUrl,
  { group, label, urlOf, onLeader }: Followed,
): { close(): Promise<void> } {
  return followLeader({
    open: () => openCoordination(store, { sessionTimeoutMs, logger: silentLogger }),
    group,
    label,
    onChange(value) {
      const leader = value === undefined ? undefined : urlOf(value);
      if (leader !== undefined) onLeader(leader);
    },
  });
}
