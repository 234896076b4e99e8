/**
 * Which of a cluster's masters leads, as their store says: told with every change.
 *
 * A lone master without a store is not followed: it is started again where it was.
 */

import { CodedError } from "@tavola/base";
import { masterLabel, parseStoreUrl } from "@tavola/coordination";
import { MasterInfo, parseMessageJson } from "@tavola/protocol";
import { followLeading } from "./leading-daemon.ts";

/** `store` as `--zk` takes it. While nobody leads nothing is told. Throws INVALID_FLAG. */
export function followLeadingMaster(
  store: string,
  onLeader: (url: string) => void,
): { close(): Promise<void> } {
  const { value: url, error } = parseStoreUrl(store);
  if (error !== undefined) throw new CodedError("INVALID_FLAG", `--zk: ${error}`);
  return followLeading(url, { group: url.path, label: masterLabel, urlOf: masterUrlOf, onLeader });
}

/** undefined for what is no master's introduction: the masters themselves warn of it. */
function masterUrlOf(introduction: Uint8Array): string | undefined {
  const { value } = parseMessageJson(MasterInfo, Buffer.from(introduction).toString());
  const { ip, port } = value?.address ?? {};
  return ip === undefined || port === undefined ? undefined : `http://${ip}:${port}`;
}
