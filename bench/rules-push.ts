/**
 * How soon a push to the rules' repository is in effect, and what fails meanwhile.
 *
 * A bare Git repository on this machine, a front door that looks at it as often as by default, and a
 * client that asks all the time over one connection that it keeps. `--pushes=N` (20) commits for each data
 * plane and number of rules, one after the other, at moments that have nothing to do with the front door's
 * looks. The line that changes is the last one; the others hand on to services that nobody announced.
 *
 * `PLANE.RULES.push-p50`, `….push-max`: from before the commit and its push until an answer by the
 *   new rules. It holds those two (`git-p50`) and, in the mean, half of the pause between two looks.
 * `failed`: requests that were not answered with 200.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { repositoryRoot } from "@tavola/harness";
import { type Daemon, startDaemon } from "./load/daemon.ts";
import { haproxyBinary } from "./load/plain-proxies.ts";
import { RouteAsker } from "./load/route-asker.ts";
import { amountOption, option } from "./measure/options.ts";
import { type BenchResult, percentile, report } from "./report.ts";

const run = promisify(execFile);
const tavolaMain = join(repositoryRoot, "cli/src/main.ts");
const pushes = amountOption("pushes", 20);
const ruleCounts = (option("rules") ?? "100,2000").split(",").map(Number);
const planes = (option("planes") ?? "in-process,haproxy").split(",");
const pauseMsMax = 1000;

const missing = ["git", haproxyBinary].filter(
  (program) => spawnSync(program, ["--help"]).error !== undefined,
);
if (missing.length > 0) {
  process.stderr.write(`cannot measure: apt-get install git haproxy (missing: ${missing})\n`);
  process.exitCode = 1;
} else {
  await measureAll();
}

async function measureAll(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tavola-bench-push-"));
  const results: BenchResult[] = [];
  const gitMs: number[] = [];
  let failed = 0;
  try {
    for (const plane of planes) {
      for (const rules of ruleCounts) {
        process.stderr.write(`${plane}, ${rules} rules\n`);
        const found = await measurePushes(join(folder, `${plane}-${rules}`), plane, rules);
        const name = `${plane}.${rules}`;
        results.push(
          { name: `${name}.push-p50`, value: percentile(found.effectMs, 0.5), unit: "ms" },
          { name: `${name}.push-max`, value: Math.max(...found.effectMs), unit: "ms" },
        );
        gitMs.push(...found.gitMs);
        failed += found.failed;
      }
    }
    results.push(
      { name: "git-p50", value: percentile(gitMs, 0.5), unit: "ms" },
      { name: "failed", value: failed, unit: "requests" },
    );
    report("rules-push", `${pushes} pushes each, one client that asks all the time`, results);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Pushed {
  readonly effectMs: readonly number[];
  readonly gitMs: readonly number[];
  readonly failed: number;
}

async function measurePushes(folder: string, plane: string, rules: number): Promise<Pushed> {
  const repository = await createRepository(folder);
  await repository.push(rulesText(rules, "first"));
  const daemons: Daemon[] = [];
  const start = async (name: string, flags: readonly string[]): Promise<Daemon> => {
    const own = [`--work_dir=${join(folder, name)}`, "--logging_level=ERROR"];
    const daemon = await startDaemon(tavolaMain, [name, "--port=0", ...own, ...flags]);
    daemons.unshift(daemon);
    return daemon;
  };
  let asker: RouteAsker | undefined;
  try {
    const discovery = await start("discovery", []);
    const flags = [`--data-plane=${plane}`, `--rules=${repository.location}`];
    const frontdoor = await start("frontdoor", [
      ...["--admin-port=0", `--discovery=${discovery.url}`, ...flags],
    ]);
    asker = new RouteAsker(`${frontdoor.url}/now`);
    await asker.until("first");
    const effectMs: number[] = [];
    const gitMs: number[] = [];
    for (let each = 0; each < pushes; each += 1) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * pauseMsMax));
      const from = performance.now();
      const effect = asker.until(String(each));
      await repository.push(rulesText(rules, String(each)));
      gitMs.push(performance.now() - from);
      effectMs.push((await effect) - from);
    }
    await asker.stop();
    return { effectMs, gitMs, failed: asker.failed };
  } finally {
    await asker?.stop();
    for (const daemon of daemons) await daemon.stop();
  }
}

/** The last line says what it was told. */
function rulesText(count: number, says: string): string {
  const others = Array.from(
    { length: count - 1 },
    (_, at) => `REQUEST_URI=/api/other-${at}/* passthru other-${at % 19}\n`,
  );
  return `${others.join("")}REQUEST_URI=/now respond 200 ${says}\n`;
}

interface Repository {
  readonly location: string;
  /** Commits and pushes. */
  push(rules: string): Promise<void>;
}

async function createRepository(folder: string): Promise<Repository> {
  const [bare, work] = [join(folder, "routes.git"), join(folder, "work")];
  mkdirSync(work, { recursive: true });
  const env = { PATH: process.env["PATH"], HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
  const git = (...args: readonly string[]) => run("git", [...who, ...args], { env, cwd: work });
  await git("init", "--quiet", "--bare", "--initial-branch=main", bare);
  await git("init", "--quiet", "--initial-branch=main");
  return {
    location: `${bare}#main:frontdoor.rules`,
    async push(rules) {
      writeFileSync(join(work, "frontdoor.rules"), rules);
      await git("add", "--all");
      await git("commit", "--quiet", "-m", "Change routes");
      await git("push", "--quiet", bare, "main");
    },
  };
}
