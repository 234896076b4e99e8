import { recordStoreContract } from "./testing/record-store-contract.ts";
import { memoryStore } from "./testing/record-stores.ts";

recordStoreContract("memory", memoryStore);
