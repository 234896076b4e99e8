/**
 * How a simulated agent finds the leader: through the store, as `--master=zk://…` does.
 */

import type { MasterDetector } from "@tavola/agent";
import { followLeader, type MemoryCoordination, masterLabel } from "@tavola/coordination";
import { MasterInfo, parseMessageJson, parseUpid } from "@tavola/protocol";
import type { SimulatedProcess } from "../world/process.ts";
import { masterGroup } from "./addresses.ts";
import { openStoreOf } from "./store-access.ts";

const sessionTimeoutMs = 10_000;

export function detectorOf(store: MemoryCoordination, process: SimulatedProcess): MasterDetector {
  let following: { close(): Promise<void> } | undefined;
  return {
    watch(onChange) {
      following = followLeader({
        open: async () => openStoreOf(store, process, sessionTimeoutMs),
        group: masterGroup,
        label: masterLabel,
        clock: process.clock,
        onChange(leader) {
          const text = Buffer.from(leader ?? []).toString();
          const info = leader && parseMessageJson(MasterInfo, text).value;
          const upid = info?.pid === undefined ? undefined : parseUpid(info.pid);
          onChange(upid && { upid, hostname: info?.hostname ?? "" });
        },
      });
    },
    close() {
      void following?.close();
    },
  };
}
