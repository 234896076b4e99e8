/**
 * Which of a cluster's masters leads, as their store says: told with every change.
 *
 * A lone master without a store is not followed: it is started again where it was.
 */

import { CodedError } from "@tavola/base";
import { followLeader, masterLabel, openCoordination, parseStoreUrl } from "@tavola/coordination";
import { silentLogger } from "@tavola/host";
import { MasterInfo, parseMessageJson } from "@tavola/protocol";

const sessionTimeoutMs = 10_000;

/** `store` as `--zk` takes it. While nobody leads nothing is told. Throws INVALID_FLAG. */
export function followLeadingMaster(
  store: string,
  onLeader: (url: string) => void,
): { close(): Promise<void> } {
  const { value: url, error } = parseStoreUrl(store);
  if (error !== undefined) throw new CodedError("INVALID_FLAG", `--zk: ${error}`);
  return followLeader({
    open: () => openCoordination(url, { sessionTimeoutMs, logger: silentLogger }),
    group: url.path,
    label: masterLabel,
    onChange(value) {
      const leader = value === undefined ? undefined : urlOf(value);
      if (leader !== undefined) onLeader(leader);
    },
  });
}

/** undefined for what is no master's introduction: the masters themselves warn of it. */
function urlOf(introduction: Uint8Array): string | undefined {
  const { value } = parseMessageJson(MasterInfo, Buffer.from(introduction).toString());
  const { ip, port } = value?.address ?? {};
  return ip === undefined || port === undefined ? undefined : `http://${ip}:${port}`;
}
