import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "@tavola/host";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { waitUntil } from "../testing/wait-until.ts";
import { openGitSource } from "./git-source.ts";
import type { RulesSource } from "./rule-candidate.ts";
import { parseRulesLocation } from "./rules-location.ts";
import { hasGitHttpBackend, startGitHttpServer } from "./testing/git-http-server.ts";
import { createGitRepository, hasGit } from "./testing/git-repository.ts";
import { type ScriptedSink, scriptedSink } from "./testing/scripted-sink.ts";

const skip = hasGit ? false : "git is not installed";

interface Opened {
  readonly sink: ScriptedSink;
  readonly source: RulesSource;
}

function open(context: TestContext, location: string, workDir: string, intervalMs = 20): Opened {
  const sink = scriptedSink();
  const parsed = parseRulesLocation(location).value;
  assert.ok(parsed?.kind === "git");
  const source = openGitSource({
    location: parsed,
    workDir,
    environment: { ...process.env, HOME: workDir },
    clock: systemClock(),
    intervalMs,
    sink,
  });
  context.after(() => source.close());
  return { sink, source };
}

test("a push is found, with who made it; one that is refused is not brought again", {
  skip,
}, async (context) => {
  const folder = await temporaryFolder(context);
  const repository = createGitRepository(folder);
  const first = repository.push("passthru a\n");
  const { sink, source } = open(context, repository.location, `${folder}/mirror`);
  await source.looked;
  const [found] = sink.taken;
  assert.equal(found?.text, "passthru a\n");
  assert.equal(found?.file, "frontdoor.rules");
  const { id, name, author, subject } = found?.version ?? {};
  assert.deepEqual([id, author, subject], [first, "Ada <ada@example.com>", "Change 1"]);
  assert.equal(name, `commit ${first.slice(0, 7)} of main:frontdoor.rules`);

  const broken = repository.push("nonsense\n");
  await waitUntil(() => sink.refused.length > 0, "the broken commit");
  assert.equal(sink.refused[0]?.version.id, broken);
  const removed = repository.push(undefined);
  await waitUntil(() => sink.refused.length > 1, "the commit without the file");
  assert.equal(sink.refused[1]?.version.id, removed);
  assert.equal(sink.refused[1]?.text, undefined);
  const last = repository.push("passthru b\n");
  await waitUntil(() => sink.taken.length > 1, "the mended commit");
  assert.equal(sink.taken[1]?.version.id, last);
  assert.deepEqual([sink.taken.length, sink.refused.length, sink.told.length], [2, 2, 0]);
});

test("a look that is called for is not waited for until the next turn", {
  skip,
}, async (context) => {
  const folder = await temporaryFolder(context);
  const repository = createGitRepository(folder);
  repository.push("passthru a\n");
  const hourMs = 3_600_000;
  const { sink, source } = open(context, repository.location, `${folder}/mirror`, hourMs);
  await source.looked;
  repository.push("passthru b\n");
  source.look();
  await waitUntil(() => sink.taken.length === 2, "the second commit");
});

test("a repository that is away is said so, once, and found again", { skip }, async (context) => {
  const folder = await temporaryFolder(context);
  const repository = createGitRepository(folder);
  repository.push("passthru a\n");
  repository.goAway();
  const { sink, source } = open(context, repository.location, `${folder}/mirror`);
  await source.looked;
  assert.match(sink.told[0] ?? "", /^away: git ls-remote: fatal: .*does not appear to be a git/);
  repository.comeBack();
  await waitUntil(() => sink.told.includes("back"), "the repository to be back");
  assert.deepEqual([sink.taken.length, sink.told.length], [1, 2]);
});

test("a start while the server is away goes by the last good commit", { skip }, async (context) => {
  const folder = await temporaryFolder(context);
  const repository = createGitRepository(folder);
  repository.push("passthru good\n");
  const before = open(context, repository.location, `${folder}/mirror`);
  await before.source.looked;
  repository.push("nonsense\n");
  await waitUntil(() => before.sink.refused.length > 0, "the broken commit");
  await before.source.close();

  repository.goAway();
  const after = open(context, repository.location, `${folder}/mirror`);
  await after.source.looked;
  assert.deepEqual(
    after.sink.taken.map(({ text }) => text),
    ["passthru good\n"],
  );
  repository.comeBack();
  await waitUntil(() => after.sink.refused.length > 0, "the broken commit again");
  await after.source.close();

  // The server is there, and its newest commit is broken.
  const again = open(context, repository.location, `${folder}/mirror`);
  await again.source.looked;
  assert.equal(again.sink.refused.length, 1);
  assert.equal(again.sink.taken[0]?.text, "passthru good\n");
});

test("a start with a commit that is refused goes by the last good one, and says which is which", {
  skip,
}, async (context) => {
  const folder = await temporaryFolder(context);
  const repository = createGitRepository(folder);
  const good = repository.push("passthru a\n");
  const before = open(context, repository.location, `${folder}/mirror`);
  await before.source.looked;
  await before.source.close();
  repository.push("nonsense\n");
  const { sink, source } = open(context, repository.location, `${folder}/mirror`);
  await source.looked;
  assert.equal(sink.refused.length, 1);
  assert.deepEqual(
    sink.taken.map(({ version, isFormer }) => [version.id, isFormer]),
    [[good, true]],
  );
});

test("what only ends as the branch's name does is not the branch", { skip }, async (context) => {
  const folder = await temporaryFolder(context);
  const repository = createGitRepository(folder);
  const other = repository.push("passthru other\n");
  const commit = repository.push("passthru a\n");
  repository.git("update-ref", "refs/backup/refs/heads/main", other);
  const { sink, source } = open(context, repository.location, `${folder}/mirror`);
  await source.looked;
  repository.git("update-ref", "refs/backup/refs/heads/main", commit);
  const last = repository.push("passthru b\n");
  await waitUntil(() => sink.taken.length > 1, "the next commit");
  assert.deepEqual(
    sink.taken.map(({ version }) => version.id),
    [commit, last],
  );
  repository.git("update-ref", "-d", "refs/heads/main");
  await waitUntil(() => sink.told.length > 0, "that there is no such branch");
});

test("a rule file that is a link or a folder is refused as what it is", {
  skip,
}, async (context) => {
  const folder = await temporaryFolder(context);
  const repository = createGitRepository(folder);
  const file = join(folder, "work", "frontdoor.rules");
  repository.push("passthru a\n");
  const { sink, source } = open(context, repository.location, `${folder}/mirror`);
  await source.looked;
  rmSync(file);
  symlinkSync("/etc/hostname", file);
  repository.pushAsItIs();
  await waitUntil(() => sink.refused.length > 0, "the link");
  rmSync(file);
  mkdirSync(file);
  writeFileSync(join(file, "a"), "passthru a\n");
  repository.pushAsItIs();
  await waitUntil(() => sink.refused.length > 1, "the folder");
  assert.deepEqual(
    sink.refused.map(({ problem }) => problem),
    ["frontdoor.rules is a symbolic link, not a file", "frontdoor.rules is a folder, not a file"],
  );
});

test("a branch that is not there is said so, and is away", { skip }, async (context) => {
  const folder = await temporaryFolder(context);
  const repository = createGitRepository(folder);
  repository.push("passthru a\n");
  const other = repository.location.replace("#main:", "#other:");
  const { sink, source } = open(context, other, `${folder}/mirror`);
  await source.looked;
  assert.deepEqual(sink.told, ["away: there is no branch other"]);
});

/** Undefined: none is kept. */
function goodIn(mirror: string): string | undefined {
  const file = join(mirror, "refs/tavola/good");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}

test("a copy that git left broken is made anew, and what was good last is not lost", {
  skip,
}, async (context) => {
  const folder = await temporaryFolder(context);
  const repository = createGitRepository(folder);
  const mirrors = `${folder}/mirror`;
  repository.push("passthru good\n");
  const { sink, source } = open(context, repository.location, mirrors);
  await source.looked;
  const [name = ""] = readdirSync(mirrors);
  const mirror = join(mirrors, name);
  const faults: readonly (() => void)[] = [
    // What a git leaves that was killed.
    () => writeFileSync(join(mirror, "refs/tavola/seen.lock"), ""),
    () => writeFileSync(join(mirror, "refs/tavola/good.lock"), ""),
    () => writeFileSync(join(mirror, "HEAD"), ""),
    () => rmSync(join(mirror, "objects"), { recursive: true }),
    () => rmSync(mirror, { recursive: true }),
  ];
  for (const [at, fault] of faults.entries()) {
    fault();
    const commit = repository.push(`passthru a${at}\n`);
    await waitUntil(() => sink.taken.at(-1)?.version.id === commit, `the push ${at}`);
    await waitUntil(() => goodIn(mirror) === commit, "it to be kept");
  }
  await source.close();
  assert.deepEqual(sink.told, []);
  assert.deepEqual(readdirSync(mirrors), [name]);

  writeFileSync(join(mirror, "refs/tavola/seen.lock"), "");
  repository.push("nonsense\n");
  const after = open(context, repository.location, mirrors);
  await after.source.looked;
  assert.equal(after.sink.refused.length, 1);
  assert.equal(after.sink.taken.at(-1)?.text, "passthru a4\n");
});

test("a file that is too long to be one of rules is refused with its commit", {
  skip,
}, async (context) => {
  const folder = await temporaryFolder(context);
  const repository = createGitRepository(folder);
  repository.push("passthru a\n");
  const { sink, source } = open(context, repository.location, `${folder}/mirror`);
  await source.looked;
  const long = repository.push("#".repeat(17 * 1024 * 1024));
  await waitUntil(() => sink.refused.length > 0, "the long file");
  assert.equal(sink.refused[0]?.version.id, long);
  assert.match(
    sink.refused[0]?.problem ?? "",
    /^frontdoor\.rules has 17825792 bytes; expected at most/,
  );
  assert.deepEqual(sink.told, []);
});

test("a force push, a branch that is deleted, and a file that is renamed", {
  skip,
}, async (context) => {
  const folder = await temporaryFolder(context);
  const repository = createGitRepository(folder);
  const first = repository.push("passthru a\n");
  repository.push("passthru b\n");
  const { sink, source } = open(context, repository.location, `${folder}/mirror`);
  await source.looked;
  repository.git("update-ref", "refs/heads/main", first);
  await waitUntil(() => sink.taken.length === 2, "the commit before");
  assert.equal(sink.taken[1]?.version.id, first);
  repository.git("update-ref", "-d", "refs/heads/main");
  await waitUntil(() => sink.told.length === 1, "the branch to be missed");
  assert.deepEqual(sink.told, ["away: there is no branch main"]);
  repository.git("update-ref", "refs/heads/main", first);
  await waitUntil(() => sink.told.length === 2, "the branch to be back");
  assert.equal(sink.taken.length, 2);
});

test("half a pack changes nothing, and is asked for again", {
  skip: hasGitHttpBackend ? skip : "git http-backend is not installed",
}, async (context) => {
  const folder = await temporaryFolder(context);
  const repository = createGitRepository(folder);
  repository.push("passthru a\n");
  const server = await startGitHttpServer(context, folder, undefined);
  const location = `git+http://${server.host}/routes.git#main:frontdoor.rules`;
  const { sink, source } = open(context, location, `${folder}/mirror`);
  await source.looked;
  assert.equal(sink.taken.length, 1);
  server.halvesPacks = true;
  const commit = repository.push(`passthru b\n${"# long\n".repeat(1000)}`);
  await waitUntil(() => sink.told.length > 0, "the failure to be told");
  assert.match(sink.told[0] ?? "", /^away: git fetch: /);
  assert.deepEqual([sink.taken.length, sink.refused.length], [1, 0]);
  server.halvesPacks = false;
  await waitUntil(() => sink.taken.length === 2, "the whole pack");
  assert.equal(sink.taken[1]?.version.id, commit);
  await waitUntil(() => sink.told.at(-1) === "back", "it to be told");
});
