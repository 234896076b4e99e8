/** A PostgreSQL that goes away, hangs, fills up, or is not what its name says. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import type { CodedError } from "@tavola/base";
import { findUser } from "@tavola/host";
import { findPostgres, type Postgres, startPostgres } from "@tavola/test-servers";
import type { HistoryStore } from "./history-store.ts";
import { command, historyAt } from "./testing/databases.ts";
import { withCode } from "./testing/history-contract.ts";
import { taskSample } from "./testing/history-samples.ts";

const away = (error: unknown): boolean => {
  withCode("UNAVAILABLE", /does not answer|took too long/)(error);
  assert.equal((error as CodedError).transient, true);
  return true;
};

describe("PostgreSQL's faults", { skip: findPostgres().error ?? false }, () => {
  let server: Postgres;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.close());

  const open = async (t: TestContext, ...given: Parameters<typeof historyAt>) => {
    const history = await historyAt(...given);
    t.after(() => history.close());
    return history;
  };

  test("a server that is killed rejects calls, and is found again once it is back", async (t) => {
    const history = await open(t, server.url());
    await history.append({ tasks: [taskSample({ startedAt: 1 })] });
    const asked = Promise.allSettled([1, 2, 3, 4, 5, 6].map(() => history.countTasks({})));
    await server.server.kill();
    for (const { status, reason } of (await asked) as PromiseRejectedResult[]) {
      if (status === "rejected") away(reason);
    }
    await assert.rejects(history.append({ tasks: [taskSample({ startedAt: 2 })] }), away);
    await assert.rejects(history.countTasks({}), away);
    await server.server.restart();
    await server.untilServing();
    await history.append({ tasks: [taskSample({ startedAt: 2 })] });
    assert.equal(await history.countTasks({}), 2);
  });

  test("one that is not there yet is no reason not to start", async (t) => {
    await server.server.kill();
    const history = await open(t, server.url());
    await assert.rejects(history.ready(), away);
    await server.server.restart();
    await server.untilServing();
    await history.ready();
  });

  test("one that hangs is given up, and its connection with it", async (t) => {
    const history = await open(t, server.url(), { statementMsMax: 300 });
    await history.ready();
    const processes = backendsOf(server.server.pid);
    for (const pid of processes) process.kill(pid, "SIGSTOP");
    try {
      await assert.rejects(history.countTasks({}), away);
    } finally {
      for (const pid of processes) process.kill(pid, "SIGCONT");
    }
    assert.ok((await history.countTasks({})) >= 0);
  });

  test("a wrong password, and a database that is not there, are told apart", async (t) => {
    const wrong = await open(t, server.url().replace(server.password, "hidden"));
    await assert.rejects(wrong.ready(), (error) => {
      withCode("UNAUTHORIZED", /user and password/)(error);
      assert.doesNotMatch((error as CodedError).message, /hidden/);
      return true;
    });
    const none = await open(t, server.url("nowhere"));
    await assert.rejects(
      none.ready(),
      withCode("NO_DATABASE", /nowhere: there is no such database/),
    );
  });

  test("tables of a later version are left alone", async (t) => {
    await command(server, "CREATE DATABASE newer");
    const first = await open(t, server.url("newer"));
    await first.ready();
    await command(server, "INSERT INTO tavola_history_format VALUES (99)", "newer");
    const history = await open(t, server.url("newer"));
    await assert.rejects(history.countTasks({}), withCode("NEWER_FORMAT", /version 99.*knows 1/));
  });

  test("a database that takes no writes can be read", async (t) => {
    await command(server, "CREATE DATABASE standby");
    const first = await open(t, server.url("standby"));
    await first.append({ tasks: [taskSample()] });
    await command(server, "ALTER DATABASE standby SET default_transaction_read_only = on");
    const history = await open(t, server.url("standby"));
    assert.equal(await history.countTasks({}), 1);
    await assert.rejects(
      history.append({ tasks: [taskSample()] }),
      withCode("UNAVAILABLE", /no writes/),
    );
  });

  test("several that start at once make the tables once", async (t) => {
    await command(server, "CREATE DATABASE shared");
    const histories = await Promise.all([1, 2, 3, 4].map(() => open(t, server.url("shared"))));
    await Promise.all(histories.map((history) => history.ready()));
    await histories[0]?.append({ tasks: [taskSample()] });
    assert.equal(await histories[3]?.countTasks({}), 1);
  });

  test("as root: a full disk is called one, and is written again when there is room", async (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return t.skip("only root mounts a small disk");
    const history = await onTablespace(server, disk, (name) => open(t, server.url(name)));
    await assert.rejects(fill(history), (error) => {
      withCode("DISK_FULL", /disk is full: .*free some space/)(error);
      return (error as CodedError).transient;
    });
    spawnSync("mount", ["-o", "remount,size=64m", disk]);
    await history.append({ tasks: [taskSample({ message: "fits" })] });
    assert.ok((await history.countTasks({})) > 0);
    t.after(() => command(server, "DROP DATABASE filled WITH (FORCE)"));
  });
});

function backendsOf(postmaster: number): readonly number[] {
  const { stdout } = spawnSync("ps", ["--ppid", String(postmaster), "-o", "pid=,args="]);
  const lines = stdout.toString().split("\n");
  return lines
    .filter((line) => /tavola postgres 127/.test(line))
    .map((line) => Number.parseInt(line, 10));
}

async function fill(history: HistoryStore): Promise<void> {
  // What does not compress.
  const noise = (): string => Array.from({ length: 40_000 }, () => Math.random()).join();
  for (let at = 0; at < 100; at += 1) {
    await history.append({ tasks: [taskSample({ startedAt: at, message: noise() })] });
  }
}

async function onTablespace<T>(
  server: Postgres,
  folder: string,
  open: (database: string) => Promise<T>,
): Promise<T> {
  await command(server, `CREATE TABLESPACE small LOCATION '${folder}'`);
  await command(server, "CREATE DATABASE filled TABLESPACE small");
  return await open("filled");
}

/** 16 MB for the server's user; undefined where it cannot be made. */
function smallDisk(t: TestContext): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "tavola-full-"));
  const owner = findUser("postgres");
  t.after(() => {
    spawnSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  chmodSync(folder, 0o755);
  const options = `size=16m,uid=${owner?.uid ?? 0},mode=700`;
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  return status === 0 ? folder : undefined;
}
