import { createMemoryHistory } from "./open-history.ts";
import { historyContract } from "./testing/history-contract.ts";

historyContract("memory", async () => ({
  openNew: async () => createMemoryHistory(),
  end: async () => {},
}));
