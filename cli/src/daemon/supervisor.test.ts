import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { silentLogger } from "@tavola/host";
import { supervise } from "./supervisor.ts";

/** Runs a process whose n-th life is the n-th statement; returns the status and how often it ran. */
async function lives(t: TestContext, ...statements: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "tavola-supervisor-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "lives");
  const script = `
    const { appendFileSync, readFileSync } = require("node:fs");
    appendFileSync(${JSON.stringify(file)}, "x");
    const life = readFileSync(${JSON.stringify(file)}, "utf8").length;
    const lives = [${statements.map((statement) => `() => { ${statement} }`).join()}];
    lives[life - 1]();
  `;
  const status = await supervise({ argv: ["-e", script], name: "daemon", logger: silentLogger });
  return { status, runs: readFileSync(file, "utf8").length };
}

test("a daemon that ends by itself is started again, until it ends in good order", async (t) => {
  const end = await lives(t, "process.exit(1)", "process.exit(0)");
  assert.deepEqual(end, { status: 0, runs: 2 });
});

test("a command line that is wrong stays wrong", async (t) => {
  assert.deepEqual(await lives(t, "process.exit(64)"), { status: 64, runs: 1 });
});

test("whoever ends the supervisor ends the daemon, and it is not started again", async (t) => {
  const end = await lives(
    t,
    `process.on("SIGTERM", () => process.exit(7)); setInterval(() => {}, 1000);
     process.kill(process.ppid, "SIGTERM");`,
  );
  assert.deepEqual(end, { status: 7, runs: 1 });
});
