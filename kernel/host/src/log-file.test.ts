import { deepEqual, equal, match, throws } from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openLogFile } from "./log-file.ts";
import { createLogger, silentLogger } from "./logger.ts";
import { attachLog, ServedFiles } from "./served-files.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

const program = "tavola-master";

test("openLogFile() makes the directory, and a link to the newest start's file", async (context) => {
  const directory = join(await temporaryFolder(context), "log", "here");
  const first = openLogFile({ directory, program, startedAt: new Date(2026, 10, 21, 6, 39, 5) });
  first.write("one\n");
  match(readlinkSync(first.path), /^tavola-master\..+\.log\.INFO\.20261121-063905\.\d+$/);
  const second = openLogFile({ directory, program, startedAt: new Date(2026, 10, 21, 7, 0, 0) });
  second.write("two\n");
  first.write("late\n");
  equal(second.path, join(directory, "tavola-master.INFO"));
  equal(readFileSync(second.path, "utf8"), "two\n");
  equal(readdirSync(directory).length, 3, "two files and a link");
});

test("openLogFile() says which directory cannot be written", async (context) => {
  const file = join(await temporaryFolder(context), "file");
  writeFileSync(file, "");
  throws(() => openLogFile({ directory: file, program, startedAt: new Date() }), {
    code: "CANNOT_WRITE",
    message: `Cannot write ${file}`,
  });
});

test("a quiet logger says only errors, and writes everything to its file", () => {
  const said: string[] = [];
  const written: string[] = [];
  const logger = createLogger({
    name: "master",
    format: "json",
    quiet: true,
    file: { write: (line) => written.push(line) },
    write: (line) => said.push(line),
  });
  logger.info({}, "one");
  logger.error({}, "two");
  const messages = (lines: readonly string[]) => lines.map((line) => JSON.parse(line).msg);
  deepEqual([messages(said), messages(written)], [["two"], ["one", "two"]]);
});

test("attachLog() serves the file, and lives without one that is not there", async (context) => {
  const directory = await temporaryFolder(context);
  const log = openLogFile({ directory, program, startedAt: new Date() });
  log.write("hello\n");
  const files = new ServedFiles({ listed: () => [["/sandbox", "/real"]] });
  await attachLog(files, "/master/log", log.path, silentLogger);
  await attachLog(files, "/none/log", join(directory, "none"), silentLogger);
  const { value } = await files.read("/master/log", 0);
  equal(String(value?.data), "hello\n");
  deepEqual([...files.attached.keys()], ["/master/log", "/sandbox"]);
});
