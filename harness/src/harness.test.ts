import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, runProcess, startCluster } from "./index.ts";

test("runProcess() gives output and exit code", async () => {
  const result = await runProcess("sh", ["-c", "cat; echo err >&2; exit 3"], { input: "in" });
  assert.deepEqual(result, {
    code: 3,
    signal: null,
    stdout: "in",
    stderr: "err\n",
    timedOut: false,
  });
});

test("runProcess() kills a process that runs past its bound, and says so", async () => {
  const result = await runProcess("sleep", ["1000"], { timeoutMs: 50 });
  assert.equal(result.timedOut, true);
  assert.equal(result.signal, "SIGKILL");
});

test("runProcess() rejects when there is no such program", async () => {
  await assert.rejects(runProcess("no-such-program-anywhere", []), { code: "ENOENT" });
});

test("eventually() gives the first value, and names what it waited for in vain", async () => {
  let looks = 0;
  const value = await eventually("three looks", () => {
    looks += 1;
    return looks === 3 ? "seen" : undefined;
  });
  assert.equal(value, "seen");
  await assert.rejects(
    eventually("a miracle", () => undefined, { boundMs: 30, intervalMs: 1 }),
    /waited 30 ms in vain for a miracle/,
  );
});

test("startCluster() rejects at once when tavola up ends, with what it printed", {
  timeout: 20_000,
}, async () => {
  const ends = [process.execPath, "-e", "console.error('no room'); process.exitCode = 3"];
  await assert.rejects(startCluster({ boundMs: 60_000 }, ends), (error: Error) => {
    assert.match(error.message, /^cannot start a cluster:\n.*no room/s);
    assert.match(String(error.cause), /tavola up ended early, with exit code 3/);
    return true;
  });
});

test("startCluster() rejects when there is no such program", { timeout: 20_000 }, async () => {
  await assert.rejects(
    startCluster({ boundMs: 60_000 }, ["no-such-program-anywhere"]),
    ({ cause }: Error) => (cause as NodeJS.ErrnoException).code === "ENOENT",
  );
});
