import { recordStoreContract } from "./testing/record-store-contract.ts";
import { embeddedStore } from "./testing/record-stores.ts";

recordStoreContract("embedded", embeddedStore);
