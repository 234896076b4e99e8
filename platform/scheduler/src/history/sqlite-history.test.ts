import { sqliteDatabase } from "./testing/databases.ts";
import { historyContract } from "./testing/history-contract.ts";

historyContract("SQLite", sqliteDatabase);
