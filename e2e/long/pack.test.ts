import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot, runProcess, startCluster } from "@tavola/harness";

async function succeed(command: string, args: readonly string[], cwd: string): Promise<string> {
  const result = await runProcess(command, args, { cwd, timeoutMs: 180_000 });
  assert.equal(result.code, 0, `${command} ${args.join(" ")}:\n${result.stdout}${result.stderr}`);
  return result.stdout.trim();
}

test("the packed tarball, installed into an empty folder, gives a working npx tavola up", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tavola-pack-"));
  try {
    const pack = join(repositoryRoot, "tools/pack.ts");
    const tarball = await succeed(process.execPath, [pack, join(folder, "dist")], repositoryRoot);
    const site = join(folder, "site");
    await succeed("mkdir", [site], folder);
    writeFileSync(join(site, "package.json"), '{"name":"site","private":true}\n');
    await succeed("npm", ["install", "--no-fund", "--no-audit", tarball], site);
    assert.match(await succeed("npx", ["--no-install", "tavola", "version"], site), /tavola/);

    const tavola = [join(site, "node_modules/.bin/node"), join(site, "node_modules/.bin/tavola")];
    const cluster = await startCluster({}, tavola);
    try {
      const master = new URL(cluster.master).host;
      const run = [
        "--no-install",
        "tavola",
        "run",
        `--master=${master}`,
        "--",
        "echo from the tarball",
      ];
      assert.equal(await succeed("npx", run, site), "from the tarball");
    } finally {
      await cluster.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
