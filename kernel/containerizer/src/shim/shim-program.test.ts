import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { silentLogger } from "@tavola/host";
import { shimOrSkip } from "../testing/shims.ts";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import { buildShim, prepareShim } from "./shim-program.ts";

test("the native shim is built once, and refuses a command line that it does not understand", async (t) => {
  const shim = await shimOrSkip(t, "native");
  if (shim === undefined) return;
  const again = await prepareShim({
    buildDirectory: "/nowhere",
    logger: silentLogger,
    compiler: "no-such-compiler",
  });
  assert.deepEqual(again, shim);
  for (const args of [[], ["-d"], ["-x", "y", "--", "true", "true"], ["--", "true", "true"]]) {
    assert.throws(() => execFileSync(shim.path, args), { status: 64 });
  }
});

test("a compiler that is not there leaves nothing behind", async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, "tavola-shim");
  await assert.rejects(buildShim(path, "no-such-compiler"), { code: "ENOENT" });
  assert.equal(existsSync(path), false);
});

test("with neither form to be had the way out is named", async () => {
  await assert.rejects(
    prepareShim({ buildDirectory: "/nowhere", logger: silentLogger, forms: [] }),
    { code: "SHIM_UNAVAILABLE", message: /install one of them/ },
  );
});
