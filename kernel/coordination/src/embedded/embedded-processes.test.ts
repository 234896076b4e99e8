import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { silentLogger } from "@tavola/host";
import { bytes, eventually } from "../testing/contract.ts";
import { openEmbedded } from "./embedded-coordination.ts";

const program = join(import.meta.dirname, "../testing/embedded-process.ts");

function fileOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tavola-coordination-test-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "store.db");
}

interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  readonly said: string[];
  /** What it wrote on standard error. */
  errors(): string;
  /** Every line but "ready" comes after its name. */
  says(line: string | RegExp): Promise<void>;
}

function start(context: TestContext, ...args: readonly string[]): Child {
  const child = spawn(process.execPath, [program, ...args]);
  const said: string[] = [];
  // A line may come in two pieces.
  createInterface({ input: child.stdout }).on("line", (line) => void said.push(line));
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  context.after(() => child.kill("SIGKILL"));
  return {
    process: child,
    said,
    errors: () => errors,
    says: (line) =>
      eventually(`"${line}"; it said ${said.join(", ")} ${errors}`, () =>
        said.some((each) => each.match(line) !== null),
      ),
  };
}

test("processes that count together lose no count", async (context) => {
  const file = fileOf(context);
  const times = 40;
  const children = ["a", "b", "c"].map((name) =>
    start(context, file, "count", name, String(times)),
  );
  const ends = await Promise.all(children.map((child) => once(child.process, "exit")));
  for (const [index, [code]] of ends.entries()) assert.equal(code, 0, children[index]?.errors());
  const store = openEmbedded(
    { scheme: "sqlite", servers: [], credentials: undefined, path: "/mesos", file },
    { sessionTimeoutMs: 4000, logger: silentLogger },
  );
  context.after(() => store.close());
  const counter = await store.get("/counter");
  assert.equal(new DataView(counter?.value.slice().buffer ?? bytes("").buffer).getUint32(0), 120);
  assert.equal(counter?.version, 3 * times);
});

test("a killed leader is followed at once, long before its session would end", async (context) => {
  const file = fileOf(context);
  const first = start(context, file, "contend", "first", "60000");
  await first.says("first elected");
  const second = start(context, file, "contend", "second", "60000");
  await second.says("second ready");
  const killedAt = performance.now();
  first.process.kill("SIGKILL");
  await second.says("second elected");
  assert.ok(performance.now() - killedAt < 5000);
});

test("a leader that was stopped for longer than its session has lost when it goes on", async (context) => {
  const file = fileOf(context);
  const first = start(context, file, "contend", "first", "2000");
  await first.says("first elected");
  const second = start(context, file, "contend", "second", "2000");
  await second.says("second ready");
  first.process.stdin.write("?");
  await first.says("first leading");
  first.process.kill("SIGSTOP");
  await second.says("second elected");
  first.said.length = 0;
  first.process.stdin.write("?");
  first.process.kill("SIGCONT");
  await first.says(/first lost: the session with sqlite:.* is over/);
  assert.ok(!first.said.includes("first leading"), first.said.join());
  second.process.stdin.write("?");
  await second.says("second leading");
});
