import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { silentLogger } from "@tavola/host";
import { untilConnected } from "../open-coordination.ts";
import { coordinationContract } from "../testing/contract.ts";
import { openEmbedded } from "./embedded-coordination.ts";
import { whereabouts } from "./embedded-sessions.ts";

for (const [name, writesMuch] of [
  ["embedded", false],
  ["embedded, writing in a thread", true],
] as const) {
  coordinationContract(name, () => setUp(writesMuch));
}

async function setUp(writesMuch: boolean) {
  const folder = mkdtempSync(join(tmpdir(), "tavola-coordination-test-"));
  const file = join(folder, "store.db");
  const url = { scheme: "sqlite", servers: [], credentials: undefined, path: "/m", file } as const;
  const processes = new Map<unknown, string>();
  return {
    open: async () => {
      // As if each were in a container of its own; the session is found by it.
      const here = { ...whereabouts(), process: `elsewhere-${processes.size}/1/0` };
      const store = openEmbedded(url, {
        sessionTimeoutMs: 2000,
        logger: silentLogger,
        whereabouts: here,
        writesMuch,
      });
      processes.set(store, here.process);
      await untilConnected(store, 5000);
      return store;
    },
    expireSession: async (client: unknown) => {
      const database = new DatabaseSync(file, { timeout: 5000 });
      database
        .prepare("UPDATE sessions SET boot = 'an earlier one' WHERE process = ?")
        .run(processes.get(client) ?? "");
      database.close();
    },
    closeAll: async () => rmSync(folder, { recursive: true }),
  };
}
