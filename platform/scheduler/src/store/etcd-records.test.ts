import { recordStoreContract } from "./testing/record-store-contract.ts";
import { etcdStore } from "./testing/record-stores.ts";

recordStoreContract("etcd", etcdStore);
