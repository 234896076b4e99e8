import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { silentLogger, simulatedClock } from "@tavola/host";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { waitUntil } from "../testing/wait-until.ts";
import { CertificatesWatch } from "./certificates-watch.ts";

test("certificates are read again when a file of theirs changes, until they are taken", async (context) => {
  const folder = await temporaryFolder(context);
  const clock = simulatedClock();
  writeFileSync(`${folder}/a.pem`, "1");
  let reloads = 0;
  let refusal: Error | undefined;
  const errors: string[] = [];
  let turns = 0;
  const counting = {
    now: () => clock.now(),
    after: (ms: number, run: () => void) => {
      turns += 1;
      return clock.after(ms, run);
    },
  };
  const watch = new CertificatesWatch({
    paths: [folder],
    clock: counting,
    logger: { ...silentLogger, error: (_, message) => void errors.push(message) },
    reload: async () => {
      reloads += 1;
      if (refusal !== undefined) throw refusal;
    },
  });
  context.after(() => watch.close());
  const turn = async (): Promise<void> => {
    const before = turns;
    clock.advance(5000);
    await waitUntil(() => turns > before, "a look at the certificates");
  };
  await waitUntil(() => turns === 1, "the first look");
  await turn();
  assert.equal(reloads, 0);
  writeFileSync(`${folder}/b.pem`, "22");
  await turn();
  assert.equal(reloads, 1);

  writeFileSync(`${folder}/c.pem`, "333");
  refusal = new Error("c.pem is none");
  await turn();
  await turn();
  assert.deepEqual([reloads, watch.trouble], [3, "c.pem is none"]);
  refusal = undefined;
  await turn();
  assert.deepEqual([reloads, watch.trouble], [4, undefined]);
  assert.deepEqual(errors, ["certificates stay as they were"]);

  rmSync(folder, { recursive: true });
  await turn();
  await turn();
  assert.equal(reloads, 4);
  assert.match(watch.trouble ?? "", /ENOENT/);
  assert.equal(errors.length, 2);
});
