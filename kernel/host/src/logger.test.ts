/** One event a line, for people and for machines. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { CodedError } from "@tavola/base";
import { createLogger, type LoggerOptions } from "./logger.ts";

function logged(
  options: Partial<LoggerOptions>,
  speak: (logger: ReturnType<typeof createLogger>) => void,
): string[] {
  const lines: string[] = [];
  speak(
    createLogger({ name: "master", format: "text", ...options, write: (line) => lines.push(line) }),
  );
  return lines;
}

test("text is one readable line: time, level, daemon, message, fields", () => {
  const [line] = logged({}, (logger) =>
    logger.info(
      { agent: "a-S0", port: 5051, host: "two words", labels: { a: 1 } },
      "agent registered",
    ),
  );
  assert.match(
    line ?? "",
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} INFO {2}master {2}agent registered {2}agent=a-S0 port=5051 host="two words" labels=\{"a":1\}\n$/,
  );
});

test("json is one object a line", () => {
  const [line = ""] = logged({ format: "json" }, (logger) => logger.warn({ agent: "a" }, "said"));
  assert.ok(line.endsWith("\n"));
  const { time, ...rest } = JSON.parse(line);
  assert.deepEqual(rest, { level: "warn", daemon: "master", agent: "a", msg: "said" });
  assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test("nobody can forge a line or send an escape sequence to the terminal", () => {
  const evil = "x\n2026-01-01 00:00:00.000 INFO  master  forged\u001b[31m\u2028\u009b";
  const [line = ""] = logged({}, (logger) => logger.info({ name_: evil, list: [evil] }, evil));
  assert.equal(line.split("\n").length, 2);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what this is about
  assert.doesNotMatch(line.slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u2028]/);
});

test("a field never takes the place of what every line has", () => {
  const fields = { time: 1, level: "x", daemon: "y", msg: "z", name: "n" };
  const [json = ""] = logged({ format: "json" }, (logger) => logger.info(fields, "said"));
  const { time, ...rest } = JSON.parse(json);
  assert.match(time, /Z$/);
  assert.deepEqual(rest, {
    level: "info",
    daemon: "master",
    time_: 1,
    level_: "x",
    daemon_: "y",
    msg_: "z",
    name: "n",
    msg: "said",
  });
});

test("an error is logged with its code, its causes and where it was made", () => {
  const coded = new CodedError(
    "DISK_FULL",
    "cannot write",
    { path: "/x" },
    { cause: new Error("ENOSPC") },
  );
  const [text, json] = [
    logged({}, (logger) => logger.error({ error: coded }, "failed")),
    logged({ format: "json" }, (logger) => logger.error({ error: coded }, "failed")),
  ];
  assert.match(text[0] ?? "", /error="DISK_FULL: cannot write: ENOSPC"/);
  assert.deepEqual(JSON.parse(json[0] ?? "").error, {
    code: "DISK_FULL",
    message: "cannot write: ENOSPC",
    path: "/x",
  });
  const [bug = ""] = logged({}, (logger) => logger.error({ error: new Error("bug") }, "failed"));
  assert.match(bug, /error="bug at .*logger\.test\.ts/);
});

test("the level decides what is said and can change while it runs", () => {
  const lines = logged({ level: "warn" }, (logger) => {
    logger.info({}, "unsaid");
    logger.warn({}, "said");
    assert.equal(logger.level, "warn");
    logger.level = "debug";
    logger.debug({}, "said too");
    logger.level = "error";
    logger.warn({}, "unsaid again");
  });
  assert.deepEqual(
    lines.map((line) => line.split("  ").at(-1)?.trim()),
    ["said", "said too"],
  );
});

test("lines go to standard error, the last one before an exit too", () => {
  const script = `
    import { createLogger } from ${JSON.stringify(join(import.meta.dirname, "logger.ts"))};
    createLogger({ name: "agent", format: "text" }).error({}, "last words");
    process.exit(3);`;
  const { stdout, stderr, status } = spawnSync(process.execPath, [
    "--input-type=module",
    "-e",
    script,
  ]);
  assert.equal(status, 3);
  assert.equal(stdout.toString(), "");
  assert.match(stderr.toString(), / ERROR agent {2}last words\n$/);
});
