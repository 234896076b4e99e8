/** tail -f, under virtual time. */

import assert from "node:assert/strict";
import { appendFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { followFile } from "./follow-file.ts";
import { simulatedClock } from "./simulated-clock.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";
import { waitUntil } from "./testing/wait-until.ts";

test("followFile() gives what is there, what comes, and begins anew when the file gets shorter", async (context) => {
  const path = join(await temporaryFolder(context), "stdout");
  await writeFile(path, "skipped one ");
  const clock = simulatedClock();
  const stop = new AbortController();
  let text = "";
  const following = (async () => {
    for await (const chunk of followFile(path, { clock, signal: stop.signal, offset: 8 })) {
      text += Buffer.from(chunk).toString();
    }
  })();
  const lookAgain = async (wanted: string): Promise<void> => {
    await waitUntil(() => {
      clock.advance(100);
      return text === wanted;
    }, wanted);
  };
  await lookAgain("one ");
  await appendFile(path, "two ");
  await lookAgain("one two ");
  await truncate(path, 0);
  await waitUntil(() => clock.waiting === 1, "a look at the shorter file");
  clock.advance(100);
  await appendFile(path, "anew");
  await lookAgain("one two anew");
  stop.abort();
  await following;
});

test("followFile() throws when there is no file", async (context) => {
  const path = join(await temporaryFolder(context), "none");
  const following = followFile(path, {
    clock: simulatedClock(),
    signal: new AbortController().signal,
  });
  await assert.rejects(following.next(), { code: "ENOENT" });
});
