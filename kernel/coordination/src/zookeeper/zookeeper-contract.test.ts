import { silentLogger } from "@tavola/host";
import { findZooKeeper, startZooKeeper } from "@tavola/test-servers";
import { coordinationContract, eventually } from "../testing/contract.ts";
import { connectedZooKeeper, endSession } from "./testing/zookeeper-clients.ts";

coordinationContract("ZooKeeper, three servers", async () => {
  const found = findZooKeeper();
  if (found.error !== undefined) return found.error;
  const ensemble = await startZooKeeper({ count: 3 });
  return {
    open: () => connectedZooKeeper(ensemble, { sessionTimeoutMs: 1_500, logger: silentLogger }),
    expireSession: async (client) => {
      await eventually("the session has ended", async () => {
        await endSession(ensemble, client);
        return client.session.state === "expired";
      });
    },
    closeAll: () => ensemble.close(),
  };
});
