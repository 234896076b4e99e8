import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { simulatedClock } from "@tavola/host";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { waitUntil } from "../testing/wait-until.ts";
import { openFileSource } from "./file-source.ts";
import { scriptedSink } from "./testing/scripted-sink.ts";

const intervalMs = 1000;

async function open(context: TestContext, text: string) {
  const path = `${await temporaryFolder(context)}/front.rules`;
  const write = (next: string): void => writeFileSync(path, next);
  write(text);
  const time = simulatedClock();
  const pauses: number[] = [];
  const after = (ms: number, run: () => void) => {
    pauses.push(ms);
    return time.after(ms, run);
  };
  const sink = scriptedSink();
  const clock = { now: () => time.now(), after };
  const source = openFileSource({ path, clock, intervalMs, sink });
  context.after(() => source.close());
  await source.looked;
  const nextPause = async (): Promise<number | undefined> => {
    const before = pauses.length;
    time.advance(intervalMs);
    await waitUntil(() => pauses.length > before, "the next pause");
    return pauses.at(-1);
  };
  await waitUntil(() => pauses.length > 0, "the first pause");
  // The rest of the pause before the next look.
  assert.equal(await nextPause(), intervalMs - pauseMs);
  return { sink, write, nextPause };
}

/** What a file has to stay the same for; the pause after a look, too, begins with one like it. */
const pauseMs = 100;

test("a file that is still written is not half in effect", async (context) => {
  const { sink, write, nextPause } = await open(context, "passthru a\n");
  const texts = () => sink.taken.map(({ text }) => text);
  assert.deepEqual(texts(), ["passthru a\n"]);
  write("");
  await nextPause();
  write("REQUEST_URI=/b passthru b\n");
  await nextPause();
  const whole = "REQUEST_URI=/b passthru b\npassthru a\n";
  write(whole);
  await nextPause();
  assert.deepEqual(texts(), ["passthru a\n"]);
  await nextPause();
  assert.deepEqual(texts(), ["passthru a\n", whole]);
});

test("a file that was put back while it was looked at is no news", async (context) => {
  const { sink, write, nextPause } = await open(context, "passthru a\n");
  write("nonsense\n");
  await nextPause();
  write("passthru a\n");
  await nextPause();
  assert.deepEqual([sink.taken.length, sink.refused.length], [1, 0]);
});
