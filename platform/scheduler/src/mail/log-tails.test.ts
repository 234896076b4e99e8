import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultMailSettings, type LogTailSettings } from "../core/mail/mail-settings.ts";
import { createErrorSearch } from "./log-error-search.ts";
import { type LogReader, readLogTails } from "./log-tails.ts";

const settings: LogTailSettings = { ...defaultMailSettings.logs, files: ["stdout"], tailBytes: 20 };
const never = new AbortController().signal;

/** A sandbox that holds these files, and counts how often it is read. */
function sandboxOf(files: Readonly<Record<string, string>>): LogReader & { reads: number } {
  return {
    reads: 0,
    async open() {
      return {
        read: async (path, { offset, length = 0 }) => {
          this.reads += 1;
          const bytes = files[path] === undefined ? undefined : Buffer.from(files[path]);
          if (bytes === undefined) return undefined;
          if (offset === undefined) return { offset: bytes.length, data: "" };
          return { offset, data: bytes.subarray(offset, offset + length).toString("utf8") };
        },
      };
    },
  };
}

const long = `${"fine\n".repeat(20_000)}ERROR: boom here and more\n${"later\n".repeat(2000)}`;

test("readLogTails() reads the end of each file", async () => {
  const reader = sandboxOf({ stdout: "0123456789abcdefghijklmnop", "logs/task-1.log": "short" });
  const files = ["stdout", "stderr", "logs/$MESOS_TASK_ID.log"];
  const tails = await readLogTails({ taskId: "task-1" }, { ...settings, files }, reader, never);
  assert.deepEqual(tails, [
    { file: "stdout", text: "6789abcdefghijklmnop" },
    { file: "stderr", problem: "there is no such file" },
    { file: "logs/task-1.log", text: "short" },
  ]);
});

test("readLogTails() shows the place of the first error, of the request's own expression first", async () => {
  const searching = { ...settings, errorRegex: "nothing like it", searchBytesMax: 200_000 };
  const wish = { taskId: "t", errorRegex: "error: B", errorRegexCaseSensitive: false };
  const reader = sandboxOf({ stdout: long });
  const [tail] = await readLogTails(wish, searching, reader, never);
  assert.equal(tail?.text, "ERROR: boom here and");
  assert.ok(reader.reads < 10, `${reader.reads} reads`);
});

test("readLogTails() shows the end where no error is found, or not near enough, or the expression is none", async () => {
  const reader = sandboxOf({ stdout: long });
  for (const wish of [
    { taskId: "t", errorRegex: "nowhere" },
    { taskId: "t", errorRegex: "(" },
    { taskId: "t", errorRegex: "" },
  ]) {
    const [tail] = await readLogTails(wish, settings, reader, never);
    assert.equal(tail?.text, "er\nlater\nlater\nlater\n".slice(-20));
  }
  const near = { ...settings, searchBytesMax: 1000, errorRegex: "boom" };
  const [tail] = await readLogTails({ taskId: "t" }, near, reader, never);
  assert.match(tail?.text ?? "", /later\n$/);
});

test("readLogTails() counts bytes, not characters, up to the error", async () => {
  const reader = sandboxOf({ stdout: `${"ä€😀".repeat(10)}ERROR` });
  const [tail] = await readLogTails({ taskId: "t", errorRegex: "ERROR" }, settings, reader, never);
  assert.equal(tail?.text, "ERROR");
});

test("readLogTails() says why it could not read, and waits for no agent beyond its time", async () => {
  const refuse = () => Promise.reject(new Error("connection refused"));
  for (const broken of [{ open: refuse }, { open: async () => ({ read: refuse }) }]) {
    assert.deepEqual(await readLogTails({ taskId: "t" }, settings, broken, never), [
      { file: "stdout", problem: "connection refused" },
    ]);
  }
  const controller = new AbortController();
  const silent: LogReader = {
    open: async () => ({
      read: () => {
        controller.abort(new Error("out of time"));
        return new Promise(() => {});
      },
    }),
  };
  const late = [{ file: "stdout", problem: "the agent did not answer in time" }];
  assert.deepEqual(await readLogTails({ taskId: "t" }, settings, silent, controller.signal), late);
  assert.deepEqual(await readLogTails({ taskId: "t" }, settings, silent, controller.signal), late);
});

test("createErrorSearch() gives up on an expression that would take for ever, and stays given up", () => {
  const search = createErrorSearch("(a+)+$", true);
  const startedAt = performance.now();
  assert.equal(search?.find(`${"a".repeat(60)}b`), undefined);
  assert.equal(search?.find("aaa"), undefined);
  assert.ok(performance.now() - startedAt < 3000);
});

test("createErrorSearch() understands Java's leading (?i), and refuses what is no expression", () => {
  assert.equal(createErrorSearch("(?i)error", true)?.find("an ERROR"), 3);
  assert.equal(createErrorSearch("error", true)?.find("an ERROR"), undefined);
  assert.equal(createErrorSearch("(", true), undefined);
});
