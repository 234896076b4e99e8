import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { chmod, chown, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { findUser, readProcess, systemClock } from "@tavola/host";
import type { ProcessPlace } from "../process-place.ts";
import { commandLineOfProcess, signalContainer } from "../process-place.ts";
import { readShimPid, readShimRecord } from "../runtime-directory.ts";
import { shimForms, shimOrSkip } from "../testing/shims.ts";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import { until, untilTrue } from "../testing/until.ts";
import { adoptShim, type ShimRequest, startShim } from "./shim.ts";
import type { ShimProgram } from "./shim-program.ts";

const environment = { PATH: "/usr/local/bin:/usr/bin:/bin" };

function requestIn(
  root: string,
  argv: readonly string[],
): ShimRequest & { readonly place: ProcessPlace } {
  const directory = join(root, "container");
  const sandbox = join(root, "sandbox");
  mkdirSync(directory, { recursive: true });
  mkdirSync(sandbox, { recursive: true });
  return {
    place: { directory, cgroups: [], shimCgroups: [] },
    file: argv[0] ?? "",
    argv,
    environment,
    cwd: sandbox,
    stdout: join(sandbox, "stdout"),
    stderr: join(sandbox, "stderr"),
  };
}

function textOf(root: string, name: "stdout" | "stderr"): string {
  return readFileSync(join(root, "sandbox", name), "utf8");
}

/** Each test runs with each form of the shim. */
function testEach(
  name: string,
  run: (t: TestContext, shim: ShimProgram, root: string) => Promise<void>,
): void {
  for (const form of shimForms) {
    test(`${form} shim: ${name}`, async (t) => {
      const shim = await shimOrSkip(t, form);
      if (shim !== undefined) await run(t, shim, temporaryDirectory(t));
    });
  }
}

testEach("records the exact wait status, exit codes told from signals", async (t, shim) => {
  const cases: readonly (readonly [string, number])[] = [
    ["exit 0", 0],
    ["exit 3", 3 << 8],
    ["exit 137", 137 << 8],
    ["kill -KILL $$", 9],
    ["exit 143", 143 << 8],
    ["kill -TERM $$", 15],
    ["exit 130", 130 << 8],
    ["kill -INT $$", 2],
    ["kill -PIPE $$", 13],
    ["kill -HUP $$", 1],
  ];
  for (const [script, status] of cases) {
    const request = requestIn(temporaryDirectory(t), ["sh", "-c", script]);
    const { ended } = await startShim(shim, request);
    const record = await ended;
    assert.equal(record.status, status, script);
    assert.equal(record.error, undefined);
    assert.ok((record.pid ?? 0) > 1);
  }
});

testEach(
  "hands command, environment and directory on, whatever bytes they have",
  async (_, shim, root) => {
    const value = `a'b"c\\d $HOME \`x\` \t\n\n; é 漢 *`;
    const script = `printf '%s|' "$0" "$@"; printf '%s|' "$TRICKY"; pwd`;
    const request = {
      ...requestIn(root, ["sh", "-c", script, "zero", value, "", "--", "-d"]),
      environment: { ...environment, TRICKY: value },
    };
    const { ended } = await startShim(shim, request);
    assert.equal((await ended).status, 0);
    const expected = `zero|${value}||--|-d|${value}|${request.cwd}\n`;
    assert.equal(textOf(root, "stdout"), expected);
  },
);

testEach("appends to stdout and stderr", async (_, shim, root) => {
  const request = requestIn(root, ["sh", "-c", "echo out; echo err >&2"]);
  writeFileSync(join(root, "sandbox", "stdout"), "before\n");
  const { ended } = await startShim(shim, request);
  await ended;
  assert.equal(textOf(root, "stdout"), "before\nout\n");
  assert.equal(textOf(root, "stderr"), "err\n");
});

testEach(
  "passes on no file, no handler, no blocked or ignored signal, no terminal",
  async (_, shim, root) => {
    const script =
      "ls /proc/$$/fd; grep -E 'Sig(Blk|Ign)' /proc/self/status; readlink /proc/$$/fd/0";
    const { ended } = await startShim(shim, requestIn(root, ["sh", "-c", script]));
    await ended;
    const none = "0000000000000000";
    // A shell cannot close what whoever started these tests left open to everybody.
    const inherited = shim.form === "shell" ? /^\d\d+\n/gm : /^$/;
    const lines = textOf(root, "stdout").replace(inherited, "").split("\n");
    const signals = [`SigBlk:\t${none}`, `SigIgn:\t${none}`];
    assert.deepEqual(lines, ["0", "1", "2", ...signals, "/dev/null", ""]);
  },
);

testEach(
  "records the pid before it is asked, and makes the command a session of its own",
  async (_, shim, root) => {
    const request = requestIn(root, ["sleep", "60"]);
    const running = await startShim(shim, request);
    const pid = await until("the pid", () => readShimPid(request.place.directory));
    // Until then a shell shim has helpers of its own.
    await untilTrue("it to be executed", () => commandLineOfProcess(pid)[0] === "sleep");
    const entry = readProcess(pid);
    assert.equal(entry?.session, pid);
    assert.equal(readProcess(running.pid)?.session, running.pid);
    assert.equal(signalContainer(request.place, "SIGTERM"), 1);
    assert.equal((await running.ended).status, 15);
  },
);

testEach(
  "a command that cannot be executed ends with status 1 and a sentence",
  async (_, shim, root) => {
    const request = requestIn(root, ["no-such-program-anywhere", "x"]);
    const { ended } = await startShim(shim, request);
    const record = await ended;
    const reason = "Failed to execute 'no-such-program-anywhere': No such file or directory";
    assert.equal(record.status, 1 << 8);
    assert.equal(record.error, reason);
    assert.equal(textOf(root, "stderr"), `${reason}\n`);
  },
);

testEach("a directory that cannot be entered is told", async (_, shim, root) => {
  const request = { ...requestIn(root, ["true"]), cwd: join(root, "nowhere") };
  const { ended } = await startShim(shim, request);
  const record = await ended;
  assert.equal(record.status, 1 << 8);
  assert.match(record.error ?? "", /Failed to change to directory '.*nowhere'/);
});

testEach("outlives whoever started it, and is found again", async (_, shim, root) => {
  const request = requestIn(root, ["sh", "-c", "while [ ! -e go ]; do sleep 0.01; done; exit 7"]);
  const starter = join(import.meta.dirname, "../testing/start-shim.ts");
  const child = spawn(process.execPath, [starter, JSON.stringify({ shim, request })], {
    stdio: "inherit",
  });
  const starterEnded = new Promise((resolve) => child.once("exit", resolve));
  await until("the pid", () => readShimPid(request.place.directory));
  child.kill("SIGKILL");
  await starterEnded;
  const adopted = adoptShim(request.place.directory, systemClock());
  assert.ok(adopted !== undefined);
  assert.equal(readShimRecord(request.place.directory).status, undefined);
  writeFileSync(join(request.cwd, "go"), "");
  assert.equal((await adopted.ended).status, 7 << 8);
});

testEach(
  "adopting one that ended while nobody looked gives its status at once",
  async (_, shim, root) => {
    const request = requestIn(root, ["sh", "-c", "exit 4"]);
    await (await startShim(shim, request)).ended;
    const adopted = adoptShim(request.place.directory, systemClock());
    assert.equal((await adopted?.ended)?.status, 4 << 8);
  },
);

testEach("adopting one whose shim was killed ends without a status", async (_, shim, root) => {
  const request = requestIn(root, ["sleep", "60"]);
  const running = await startShim(shim, request);
  const pid = await until("the pid", () => readShimPid(request.place.directory));
  const adopted = adoptShim(request.place.directory, systemClock());
  assert.equal(adopted?.pid, running.pid);
  process.kill(running.pid, "SIGKILL");
  await running.ended;
  process.kill(pid, "SIGKILL");
  await untilTrue("the process to go", () => ["Z", undefined].includes(readProcess(pid)?.state));
  assert.equal((await adopted?.ended)?.status, undefined);
});

test("native shim: ends what the command leaves behind, also beyond its session", async (t) => {
  const shim = await shimOrSkip(t, "native");
  if (shim === undefined) return;
  const root = temporaryDirectory(t);
  const script =
    "setsid sh -c 'sleep 300 & echo $! >orphan; wait' & until [ -s orphan ]; do sleep 0.01; done";
  const { ended } = await startShim(shim, requestIn(root, ["sh", "-c", script]));
  assert.equal((await ended).status, 0);
  const orphan = readFileSync(join(root, "sandbox", "orphan"), "utf8").trim();
  assert.equal(existsSync(`/proc/${orphan}`), false);
});

testEach("as root: drops to the user with its groups, and no further", async (t, shim, root) => {
  const user = findUser("nobody");
  if (process.getuid?.() !== 0 || user === undefined) return t.skip("needs root and a user nobody");
  const request = {
    ...requestIn(root, ["sh", "-c", "id -u; id -g; id -G; touch mine"]),
    user: { uid: user.uid, gid: user.gid, gids: [user.gid, 12345] },
  };
  await chmod(root, 0o755);
  await chown(request.cwd, user.uid, user.gid);
  const { ended } = await startShim(shim, request);
  assert.deepEqual({ ...(await ended), pid: 0 }, { status: 0, pid: 0 });
  assert.equal(textOf(root, "stdout"), `${user.uid}\n${user.gid}\n${user.gid} 12345\n`);
  assert.equal(existsSync(join(root, "sandbox", "mine")), true);
});

testEach("as root: a command that the user cannot execute is told", async (t, shim, root) => {
  if (process.getuid?.() !== 0) return t.skip("needs root");
  const request = {
    ...requestIn(root, ["/no/such/program"]),
    user: { uid: 65_534, gid: 65_534, gids: [65_534] },
  };
  await chmod(root, 0o755);
  await chown(request.cwd, 65_534, 65_534);
  const { ended } = await startShim(shim, request);
  const reason = "Failed to execute '/no/such/program': No such file or directory";
  assert.deepEqual({ ...(await ended), pid: 0 }, { status: 1 << 8, error: reason, pid: 0 });
});

testEach(
  "as root: gives nothing of the task's environment to what still runs as root",
  async (t, shim, root) => {
    const user = findUser("nobody");
    if (process.getuid?.() !== 0 || user === undefined)
      return t.skip("needs root and a user nobody");
    const evil = join(root, "evil");
    await mkdir(evil, { mode: 0o777 });
    await chmod(root, 0o755);
    // A library that is no library: the dynamic linker complains on standard error, as whoever it is.
    writeFileSync(join(evil, "preload.so"), "");
    const request = {
      ...requestIn(root, ["/bin/sh", "-c", "exit 0"]),
      environment: { ...environment, LD_PRELOAD: join(evil, "preload.so"), ENV: join(evil, "rc") },
      user: { uid: user.uid, gid: user.gid, gids: [user.gid] },
    };
    writeFileSync(join(evil, "rc"), `id -u >>${join(evil, "who")}\n`);
    await chown(request.cwd, user.uid, user.gid);
    const { ended } = await startShim(shim, request);
    assert.equal((await ended).status, 0);
    assert.equal(existsSync(join(evil, "who")), false);
    const complaints = textOf(root, "stderr").match(/ld\.so/g) ?? [];
    assert.ok(complaints.length <= 1, "only the command itself may have met the library");
  },
);

testEach("a NUL in the command line is refused", async (_, shim, root) => {
  const request = requestIn(root, ["sh", "-c", "echo \0"]);
  await assert.rejects(startShim(shim, request), { code: "CANNOT_START" });
});
