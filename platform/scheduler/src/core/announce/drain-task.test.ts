import assert from "node:assert/strict";
import { test } from "node:test";
import type { Request } from "../model/request.ts";
import type { TaskRecord } from "../records.ts";
import { withdrawCleanup } from "../requests/withdraw-cleanup.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import { statusUpdated } from "../tasks/status-updated.ts";
import { settleCleanups } from "../tasks/task-cleanups.ts";
import { Fixture } from "../testing/fixture.ts";
import { defaultAnnounceSettings } from "./announce-settings.ts";
import { wantedAnnouncement } from "./announced-tasks.ts";
import { taskWithdrawn } from "./drain-task.ts";

const announce = {
  ...defaultAnnounceSettings,
  servers: ["http://d:1"],
  killAfterDrainMs: 5_000,
  killAfterDrainMsMax: 60_000,
  withdrawMsMax: 10_000,
};

function service(request: Partial<Request> = {}, config: Partial<typeof announce> = {}) {
  const fixture = new Fixture({ announce: { ...announce, ...config } });
  fixture.addService({ id: "web", ...request });
  const task = fixture.addTask("web", 1, { ports: [31_000] });
  return { fixture, task };
}

function clean(fixture: Fixture, task: TaskRecord, cleanupType = "USER_REQUESTED" as const): void {
  fixture.turn((turn) =>
    cleanUpTask(turn, turn.get("task", task.taskId.id) ?? task, { cleanupType }),
  );
}

function settled(fixture: Fixture): { killed: readonly string[]; againInMs: number | undefined } {
  const at = fixture.turn((turn) => settleCleanups(turn, "web"));
  const killed = fixture.take("kill").map(({ taskId }) => taskId);
  return { killed, againInMs: at === undefined ? undefined : at - fixture.now };
}

function isWanted(fixture: Fixture, task: TaskRecord): boolean {
  const record = fixture.task(task.taskId.id);
  if (record === undefined) return false;
  const framework = { id: "f1", name: "Singularity" };
  return wantedAnnouncement(fixture.state, fixture.config, record, framework) !== undefined;
}

test("a task is withdrawn first, then drained, then killed", () => {
  const { fixture, task } = service();
  assert.equal(isWanted(fixture, task), true);
  clean(fixture, task);
  assert.deepEqual(settled(fixture), { killed: [], againInMs: 15_000 });
  assert.equal(isWanted(fixture, task), false);
  fixture.advance(200);
  fixture.turn((turn) => taskWithdrawn(turn, task.taskId.id));
  assert.deepEqual(settled(fixture), { killed: [], againInMs: 5_000 });
  fixture.advance(5_000);
  assert.deepEqual(settled(fixture).killed, [task.taskId.id]);
  assert.deepEqual(settled(fixture).killed, [], "not twice");
});

test("a task is killed in the end though no server takes its withdrawal", () => {
  const { fixture, task } = service();
  clean(fixture, task);
  settled(fixture);
  fixture.advance(14_999);
  assert.deepEqual(settled(fixture), { killed: [], againInMs: 1 });
  fixture.advance(1);
  assert.deepEqual(settled(fixture).killed, [task.taskId.id]);
});

test("a request's own drain time counts, up to the operator's bound", () => {
  for (const [asked, expected] of [
    [0, 0],
    [20_000, 20_000],
    [100_000, 60_000],
  ] as const) {
    const { fixture, task } = service({ killAfterDrainMillis: asked });
    clean(fixture, task);
    settled(fixture);
    fixture.turn((turn) => taskWithdrawn(turn, task.taskId.id));
    const { killed, againInMs } = settled(fixture);
    assert.deepEqual(
      [killed.length, killed.length === 1 ? 0 : againInMs],
      [expected === 0 ? 1 : 0, expected],
    );
  }
});

test("what was never announced is killed at once", () => {
  const never = [
    service({ announce: false }),
    service({}, { servers: [] }),
    service({}, { byDefault: false }),
    service({ requestType: "ON_DEMAND" }),
  ];
  for (const { fixture, task } of never) {
    assert.equal(isWanted(fixture, task), false);
    clean(fixture, task);
    assert.deepEqual(settled(fixture).killed, [task.taskId.id]);
  }
  const { fixture } = service();
  for (const parts of [{ ports: [] }, { ports: [31_000], health: { results: [] } }]) {
    const task = fixture.addTask("web", 2, { hostname: `h${parts.ports.length}`, ...parts });
    assert.equal(isWanted(fixture, task), false);
    clean(fixture, task);
    assert.deepEqual(settled(fixture).killed, [task.taskId.id]);
  }
});

test("a task that does not answer its check is withdrawn, and announced again when it does", () => {
  const { fixture, task } = service();
  const { now } = fixture;
  const health = { healthyAt: now, results: [] };
  fixture.turn((turn) =>
    turn.put("task", task.taskId.id, { ...task, health: { ...health, unhealthySince: now } }),
  );
  assert.equal(isWanted(fixture, task), false);
  fixture.turn((turn) => turn.put("task", task.taskId.id, { ...task, health }));
  assert.equal(isWanted(fixture, task), true);
});

test("a task that waits for its replacement stays announced; what is destroyed waits for nothing", () => {
  const { fixture, task } = service();
  fixture.turn((turn) => cleanUpTask(turn, task, { cleanupType: "BOUNCING" }));
  assert.deepEqual(settled(fixture), { killed: [], againInMs: undefined });
  assert.equal(isWanted(fixture, task), true);
  fixture.turn((turn) =>
    cleanUpTask(turn, fixture.task(task.taskId.id) ?? task, {
      cleanupType: "USER_REQUESTED_DESTROY",
    }),
  );
  assert.deepEqual(settled(fixture).killed, [task.taskId.id]);
  assert.equal(isWanted(fixture, task), false);
});

test("one that drains is being killed: it is not spared, and no other goes in its stead", () => {
  const { fixture, task } = service({ instances: 2 });
  const other = fixture.addTask("web", 2, { ports: [31_001] });
  for (const each of [task, other]) {
    fixture.turn((turn) => cleanUpTask(turn, each, { cleanupType: "INCREMENTAL_BOUNCE" }));
  }
  fixture.addTask("web", 2, { hostname: "new", ports: [31_002] });
  settled(fixture);
  const draining = () => fixture.tasksOf("web").filter(({ drain }) => drain !== undefined);
  assert.deepEqual(
    draining().map(({ taskId }) => taskId.id),
    [other.taskId.id],
  );
  fixture.advance(1_000);
  settled(fixture);
  assert.equal(draining().length, 1, "only one may go");
  const stays = fixture.turn((turn) =>
    withdrawCleanup(turn, fixture.task(other.taskId.id) as TaskRecord, "changed our mind"),
  );
  assert.equal(stays, false);
});

test("the end of what was announced is told to discovery, unless it was withdrawn before", () => {
  const { fixture, task } = service();
  const ends = (id: string) =>
    fixture.turn((turn) =>
      statusUpdated(turn, { taskId: id, state: "TASK_FAILED", timestamp: turn.now }),
    );
  ends(task.taskId.id);
  assert.deepEqual(fixture.state.records.outboxWithdrawal.get(task.taskId.id), {
    announcementId: task.taskId.id,
    at: fixture.now,
  });
  const drained = fixture.addTask("web", 2, {
    ports: [31_000],
    drain: { at: fixture.now, withdrawnAt: fixture.now },
  });
  ends(drained.taskId.id);
  const quiet = fixture.addTask("web", 3, { ports: [] });
  ends(quiet.taskId.id);
  assert.equal(fixture.state.records.outboxWithdrawal.size, 1);
});
