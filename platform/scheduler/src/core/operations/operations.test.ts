import assert from "node:assert/strict";
import { test } from "node:test";
import { agentLost } from "../machines/agent-lost.ts";
import { defaultMailSettings } from "../mail/mail-settings.ts";
import type { DisasterDataPoint } from "../model/operations.ts";
import { Placing } from "../placement/testing/placing.ts";
import { defaultSchedulerConfig } from "../scheduler-config.ts";
import { actionDisabled, actionEnabled, isActionDisabled } from "./disabled-actions.ts";
import { detectDisasters } from "./disaster-signs.ts";
import {
  activeDisasters,
  automatedDisablingSet,
  disasterAdded,
  disasterRemoved,
  disastersData,
  settleDisasters,
} from "./disasters.ts";
import { priorityFrozen, priorityUnfrozen } from "./priority-freeze.ts";

const { disasters: settings } = defaultSchedulerConfig;
const config = {
  disasters: { ...settings, disableActionsOnDisaster: ["BOUNCE_REQUEST"] as const },
  mail: { ...defaultMailSettings, admins: ["ops@example.com"] },
};

/** Counts of the last minute, one each ten seconds. */
function minute(now: number, point: Partial<DisasterDataPoint>): DisasterDataPoint[] {
  return [0, 1, 2, 3, 4, 5].map((i) => ({
    numActiveTasks: 90,
    numPendingTasks: 10,
    numActiveAgents: 10,
    ...point,
    timestamp: now - i * 10_000,
  }));
}

test("detectDisasters() tells lag only when it has lasted", () => {
  const now = 1_000_000;
  const late = { numLateTasks: 11, avgTaskLagMillis: 0 };
  assert.deepEqual(detectDisasters(settings, minute(now, late), now), ["EXCESSIVE_TASK_LAG"]);
  assert.deepEqual(detectDisasters(settings, minute(now, late).slice(0, 4), now), []);
  assert.deepEqual(detectDisasters(settings, minute(now, { ...late, numLateTasks: 10 }), now), []);
  const slow = { numLateTasks: 6, avgTaskLagMillis: 130_000 };
  assert.deepEqual(detectDisasters(settings, minute(now, slow), now), ["EXCESSIVE_TASK_LAG"]);
  assert.deepEqual(detectDisasters(settings, minute(now, { ...slow, numLateTasks: 5 }), now), []);
});

test("detectDisasters() tells lost agents and lost tasks of the last half minute", () => {
  const now = 1_000_000;
  assert.deepEqual(detectDisasters(settings, minute(now, { numLostAgents: 1 }), now), [
    "LOST_SLAVES",
  ]);
  const [newest, ...older] = minute(now, {});
  assert.ok(newest !== undefined);
  const lost = (n: number): DisasterDataPoint[] => [{ ...newest, numLostTasks: n }, ...older];
  assert.deepEqual(detectDisasters(settings, lost(19), now), ["LOST_TASKS"]);
  assert.deepEqual(detectDisasters(settings, lost(18), now), []);
  const longAgo = minute(now - 30_000, { numLostTasks: 50 });
  assert.deepEqual(detectDisasters(settings, [newest, ...longAgo], now), []);
});

test("settleDisasters() counts every ten seconds, forbids what was chosen, mails once, and allows it again", () => {
  const placing = new Placing(config);
  placing.offer({ agent: "a1" }, { agent: "a2" }, { agent: "a3" });
  assert.equal(placing.turn(settleDisasters), placing.now + 10_000);
  assert.equal(placing.turn(settleDisasters), placing.now + 10_000);
  assert.equal(placing.state.disasterPoints.length, 1);
  placing.turn((turn) => agentLost(turn, "a1"));
  placing.advance(10_000);
  placing.turn(settleDisasters);
  assert.deepEqual(activeDisasters(placing.state), ["LOST_SLAVES"]);
  assert.equal(
    isActionDisabled(placing.state, "BOUNCE_REQUEST"),
    "Cannot perform action BOUNCE_REQUEST: Active disasters detected: ([LOST_SLAVES]), action must be re-enabled by an admin user",
  );
  assert.equal(placing.state.records.outboxMail.size, 1);
  placing.advance(10_000);
  placing.turn(settleDisasters);
  assert.equal(placing.state.records.outboxMail.size, 1);
  placing.advance(20_000);
  placing.turn(settleDisasters);
  assert.deepEqual(activeDisasters(placing.state), []);
  assert.notEqual(
    isActionDisabled(placing.state, "BOUNCE_REQUEST"),
    undefined,
    "until an admin says so",
  );
});

test("what a lag forbade is allowed again when it is over, or has expired", () => {
  const placing = new Placing(config);
  placing.turn((turn) => disasterAdded(turn, "EXCESSIVE_TASK_LAG"));
  assert.notEqual(isActionDisabled(placing.state, "BOUNCE_REQUEST"), undefined);
  placing.turn((turn) => disasterRemoved(turn, "EXCESSIVE_TASK_LAG"));
  assert.equal(isActionDisabled(placing.state, "BOUNCE_REQUEST"), undefined);
  const idle = new Placing({ ...config, disasters: { ...config.disasters, enabled: false } });
  idle.turn((turn) => disasterAdded(turn, "EXCESSIVE_TASK_LAG"));
  assert.equal(idle.turn(settleDisasters), idle.now + 15 * 60_000);
  idle.advance(15 * 60_000);
  assert.equal(idle.turn(settleDisasters), undefined);
  assert.equal(isActionDisabled(idle.state, "BOUNCE_REQUEST"), undefined);
});

test("a disaster that a person declared stays until a person ends it", () => {
  const placing = new Placing(config);
  placing.turn((turn) => disasterAdded(turn, "USER_INITIATED"));
  placing.turn(settleDisasters);
  assert.deepEqual(activeDisasters(placing.state), ["USER_INITIATED"]);
  placing.turn((turn) => disasterRemoved(turn, "USER_INITIATED"));
  assert.deepEqual(activeDisasters(placing.state), []);
});

test("disasters that are detected forbid nothing where that is turned off", () => {
  const placing = new Placing(config);
  placing.turn((turn) => automatedDisablingSet(turn, false));
  placing.offer({});
  placing.turn((turn) => agentLost(turn, "a1"));
  placing.turn(settleDisasters);
  assert.deepEqual(activeDisasters(placing.state), ["LOST_SLAVES"]);
  assert.equal(isActionDisabled(placing.state, "BOUNCE_REQUEST"), undefined);
});

test("disastersData() always has a first count", () => {
  const placing = new Placing();
  const { stats, disasterStates } = disastersData(placing);
  assert.equal(stats?.[0]?.numActiveTasks, 0);
  assert.deepEqual(
    disasterStates?.map(({ type }) => type),
    ["EXCESSIVE_TASK_LAG", "LOST_SLAVES", "LOST_TASKS", "USER_INITIATED"],
  );
});

test("lost tasks are counted by the reasons that mean that the cluster lost them", () => {
  const placing = new Placing();
  const history = (id: string, statusReason: string): void => {
    const task = placing.addTask("web", Number(id));
    const update = {
      taskId: task.taskId,
      timestamp: 0,
      taskState: "TASK_LOST" as const,
      statusReason,
    };
    placing.turn((turn) =>
      turn.put("outboxTask", id, { taskUpdates: [update] } as unknown as Parameters<
        typeof turn.put<"outboxTask">
      >[2]),
    );
  };
  history("1", "REASON_AGENT_REMOVED");
  history("2", "REASON_COMMAND_EXECUTOR_FAILED");
  assert.equal(placing.state.losses.tasks, 1);
});

test("an action that a person forbade stays so, under its old name too; some cannot be", () => {
  const placing = new Placing(config);
  const ban = { action: "FREEZE_SLAVE" as const, message: "not now", user: "joe" };
  placing.turn((turn) => actionDisabled(turn, ban));
  assert.equal(
    isActionDisabled(placing.state, "FREEZE_AGENT"),
    "Cannot perform action FREEZE_AGENT: not now",
  );
  placing.turn((turn) => actionEnabled(turn, "FREEZE_AGENT"));
  assert.equal(isActionDisabled(placing.state, "FREEZE_SLAVE"), undefined);
  assert.deepEqual(
    placing.turn((turn) => actionDisabled(turn, { action: "ENABLE_ACTION" })),
    {
      refusal: { status: 400, message: "Action ENABLE_ACTION cannot be disabled" },
    },
  );
});

test("priorityFrozen() ends what is below, starts nothing of it, and lets it go on afterwards", () => {
  const placing = new Placing();
  placing.addService({ id: "service" });
  placing.addService({ id: "worker", requestType: "WORKER" });
  placing.addTask("service", 1);
  placing.addTask("worker", 1);
  const freeze = { minimumPriorityLevel: 0.6, killTasks: true, message: "storm" };
  placing.turn((turn) => priorityFrozen(turn, { freeze, user: "joe" }));
  assert.equal(placing.tasksOf("service")[0]?.cleanup, undefined);
  const cleanup = placing.tasksOf("worker")[0]?.cleanup;
  assert.deepEqual(
    [cleanup?.cleanupType, cleanup?.message, cleanup?.user],
    ["PRIORITY_KILL", "storm", "joe"],
  );
  placing.plan("worker");
  placing.offer({});
  placing.place();
  assert.equal(placing.take("launch").length, 0);
  assert.deepEqual(placing.turn(priorityUnfrozen), { value: undefined });
  placing.offer({ id: "again" });
  placing.place();
  assert.equal(placing.take("launch").length, 1);
  assert.deepEqual(placing.turn(priorityUnfrozen), {
    refusal: { status: 400, message: "No active priority freeze to delete." },
  });
});
