/**
 * Which of a cluster's schedulers leads, as their store says: told with every change.
 *
 * Loaded only where there are several: one that is alone is started again where it was.
 */

import { CodedError } from "@tavola/base";
import { parseStoreUrl } from "@tavola/coordination";
import { schedulerGroup, schedulerLabel } from "@tavola/scheduler";
import { followLeading } from "./leading-daemon.ts";

/** `store` as `tavola scheduler` takes it. While nobody leads nothing is told. Throws INVALID_FLAG. */
export function followLeadingScheduler(
  store: string,
  onLeader: (url: string) => void,
): { close(): Promise<void> } {
  const { value: url, error } = parseStoreUrl(store);
  if (error !== undefined) throw new CodedError("INVALID_FLAG", `--scheduler.store: ${error}`);
  const group = schedulerGroup(url.path);
  const urlOf = (introduction: Uint8Array): string => Buffer.from(introduction).toString();
  return followLeading(url, { group, label: schedulerLabel, urlOf, onLeader });
}
