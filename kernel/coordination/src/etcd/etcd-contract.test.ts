/** The contract of coordination on a real etcd of three members. */

import { findEtcd, startEtcd } from "@tavola/test-servers";
import { type ContractBackend, coordinationContract } from "../testing/contract.ts";
import { expireLease, openConnected } from "./testing/etcd-sessions.ts";

async function startMembers(): Promise<ContractBackend | string> {
  const found = findEtcd();
  if (found.error !== undefined) return found.error;
  const etcd = await startEtcd({ count: 3 });
  return {
    open: () => openConnected(etcd),
    expireSession: expireLease,
    closeAll: () => etcd.close(),
  };
}

coordinationContract("etcd, three members", startMembers);
