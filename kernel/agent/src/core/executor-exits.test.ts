import assert from "node:assert/strict";
import { test } from "node:test";
import { internal } from "@tavola/protocol";
import { agentId, customTask, SteppedAgent, sent } from "../testing/stepped-agent.ts";

const master = { id: "master", host: "10.0.0.1", port: 5050 };

/** An agent that has just reported that its executor runs. */
function reported() {
  const agent = new SteppedAgent();
  agent.register();
  const containerId = agent.launched(customTask("one"));
  agent.report(containerId, "one", "TASK_RUNNING");
  agent.feed({ kind: "masterExited", master });
  const [message] = sent(agent.pass(1000), internal.ReregisterSlaveMessage);
  assert.equal(message?.executor_infos?.length, 1);
  const ends = () =>
    sent(
      agent.feed({ kind: "executorTerminated", containerId, end: { status: 9 } }),
      internal.ExitedExecutorMessage,
    );
  const answered = () =>
    sent(
      agent.fromMaster("slaveReregistered", { slave_id: { value: agentId } }),
      internal.ExitedExecutorMessage,
    );
  return { agent, ends, answered };
}

test("the end of an executor that an unanswered report names is told after the answer, once", () => {
  const { ends, answered } = reported();
  assert.equal(ends().length, 0);
  assert.deepEqual(
    answered().map(({ executor_id: id, status }) => [id.value, status]),
    [["custom", 9]],
  );
  assert.equal(answered().length, 0);
});

test("the end of an executor that the next report does not name is not told", () => {
  const { agent, ends, answered } = reported();
  ends();
  const [message] = sent(agent.pass(60_000), internal.ReregisterSlaveMessage);
  assert.deepEqual(message?.executor_infos, []);
  assert.equal(answered().length, 0);
});

test("the end of an executor is told at once when nothing is unanswered", () => {
  const { ends, answered } = reported();
  answered();
  assert.equal(ends().length, 1);
});
