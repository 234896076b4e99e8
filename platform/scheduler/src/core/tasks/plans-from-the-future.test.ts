import assert from "node:assert/strict";
import { test } from "node:test";
import { hourMs, instant, minuteMs } from "@tavola/base";
import { lookAtEverything } from "../cluster-rules.ts";
import { jobRunAsked } from "../jobs/job-run-asked.ts";
import { requestPosted } from "../requests/request-posted.ts";
import { Scenario } from "../testing/scenario.ts";

/** Another leads, on a machine whose clock is an hour behind. */
function takeOver(s: Scenario): void {
  s.now = instant(s.now - hourMs);
  s.restart();
  s.live(lookAtEverything);
}

test("what had waited for a place starts as soon as there is one, though the clock was set back", () => {
  const s = new Scenario();
  s.hasRoom = false;
  s.do((turn) =>
    requestPosted(turn, { request: { id: "web", requestType: "SERVICE", instances: 2 } }),
  );
  s.deploy("web", { id: "v1" });
  takeOver(s);
  assert.equal(s.tasksOf("web").length, 0);
  s.hasRoom = true;
  s.live((turn) => turn.dirty("web"));
  assert.deepEqual(s.numbers("web"), [1, 2]);
});

test("a run that is asked for keeps its id, starts once, and one for later waits for its time", () => {
  const s = new Scenario();
  s.do((turn) =>
    requestPosted(turn, { request: { id: "job", requestType: "ON_DEMAND", instances: 5 } }),
  );
  s.deploy("job", { id: "v1", command: "work" });
  s.hasRoom = false;
  s.do((turn) => jobRunAsked(turn, { requestId: "job", user: "ann", run: { runId: "now" } }));
  const runAt = s.now + 10 * minuteMs;
  s.do((turn) =>
    jobRunAsked(turn, { requestId: "job", user: "ann", run: { runId: "later", runAt } }),
  );
  takeOver(s);
  s.hasRoom = true;
  s.live((turn) => turn.dirty("job"));
  const runIds = () => s.tasksOf("job").map(({ pendingTask }) => pendingTask.runId);
  assert.deepEqual(runIds(), ["now"]);
  s.advance(hourMs + 9 * minuteMs);
  assert.deepEqual(runIds(), ["now"]);
  s.advance(minuteMs);
  assert.deepEqual(runIds(), ["now", "later"]);
});

test("where the clocks agree nothing is planned anew", () => {
  const s = new Scenario();
  s.hasRoom = false;
  s.do((turn) => requestPosted(turn, { request: { id: "web", requestType: "SERVICE" } }));
  s.deploy("web", { id: "v1" });
  const plans = [...s.state.records.pendingTask.keys()];
  assert.equal(plans.length, 1);
  s.restart();
  s.live(lookAtEverything);
  assert.deepEqual([...s.state.records.pendingTask.keys()], plans);
});
