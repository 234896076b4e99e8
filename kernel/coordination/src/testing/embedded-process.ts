/**
 * A process of its own on an embedded store, for tests: contends, or counts, and tells of it on
 * standard output. `node embedded-process.ts FILE contend NAME TIMEOUT_MS | count NAME TIMES`.
 */

import { silentLogger } from "@tavola/host";
import { contend, masterLabel } from "../election.ts";
import { openEmbedded } from "../embedded/embedded-coordination.ts";
import { untilConnected } from "../open-coordination.ts";

const [file = "", what, name = "", number] = process.argv.slice(2);
const url = {
  scheme: "sqlite",
  servers: [],
  credentials: undefined,
  path: "/mesos",
  file,
} as const;
const tell = (line: string): boolean => process.stdout.write(`${name} ${line}\n`);

const store = openEmbedded(url, {
  sessionTimeoutMs: what === "contend" ? Number(number) : 10_000,
  logger: silentLogger,
});
await untilConnected(store, 10_000);

if (what === "contend") {
  const candidacy = contend(store, "/mesos", masterLabel, new TextEncoder().encode(name));
  void candidacy.elected.then(() => tell("elected"));
  void candidacy.lost.then(async (why) => {
    tell(`lost: ${why}`);
    await store.close();
  });
  process.stdin.on("data", () => tell(candidacy.isLeading() ? "leading" : "not leading"));
  process.stdin.on("end", () => process.exit());
  tell("ready");
} else {
  const path = "/counter";
  await store.transact([{ kind: "create", path, value: new Uint8Array(8) }]);
  for (let times = 0; times < Number(number); ) {
    const seen = await store.get(path);
    if (seen === undefined) throw new Error("the counter is gone");
    const value = new Uint8Array(8);
    const counted = new DataView(seen.value.slice().buffer).getUint32(0) + 1;
    new DataView(value.buffer).setUint32(0, counted);
    const outcome = await store.transact([{ kind: "set", path, value, version: seen.version }]);
    if (outcome.done) times += 1;
  }
  await store.close();
}
