import { recordStoreContract } from "./testing/record-store-contract.ts";
import { zooKeeperStore } from "./testing/record-stores.ts";

recordStoreContract("ZooKeeper", zooKeeperStore);
