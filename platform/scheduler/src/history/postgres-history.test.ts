import { postgresDatabase } from "./testing/databases.ts";
import { historyContract } from "./testing/history-contract.ts";

historyContract("PostgreSQL", postgresDatabase);
