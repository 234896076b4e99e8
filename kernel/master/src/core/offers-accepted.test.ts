/** What is launched on offers, what is left of them, and which are not valid. */

import assert from "node:assert/strict";
import test from "node:test";
import type { internal } from "@tavola/protocol";
import { executorTask, launchOne } from "../testing/accepted-offer.ts";
import { CoreFixture, commandTask, oldFramework, resources } from "../testing/core-fixture.ts";

test("LAUNCH sends the task to its agent, complete", () => {
  const { agent, framework, sent, statuses } = launchOne((id) => commandTask("t", id));
  assert.deepEqual(statuses, []);
  assert.equal(sent.length, 1);
  const [{ to, name, message } = { to: "", name: "", message: {} }] = sent;
  assert.equal(to, agent.upid.id);
  assert.equal(name, "RunTaskMessage");
  const run = message as internal.RunTaskMessage;
  assert.equal(run.pid, "@0.0.0.0:0");
  assert.equal(run.launch_executor, true);
  assert.equal(run.framework, framework.info);
  assert.deepEqual(run.resource_version_uuids, [{ uuid: { value: new Uint8Array(16).fill(9) } }]);
  assert.equal(run.framework_id, undefined);
  for (const resource of run.task.resources ?? []) {
    assert.equal(resource.allocation_info?.role, "web");
    assert.equal(resource.role, undefined);
  }
  assert.equal(framework.tasks.size, 1);
  assert.equal(agent.usedResources.toString(), "cpus(allocated: web):1; mem(allocated: web):128");
  assert.equal(framework.usedByAgent.get(agent.id)?.toString(), agent.usedResources.toString());
});

test("LAUNCH gives an agent that knows no reservation stacks the form it knows", () => {
  const f = new CoreFixture();
  const agent = f.register({ agent_capabilities: [{ type: "MULTI_ROLE" }] });
  const framework = f.subscribe("s");
  f.launch(framework, f.offers("s"), commandTask("t", agent.id));
  const run = f.takeSent()[0]?.message as internal.RunTaskMessage;
  assert.equal(run.task.resources?.[0]?.role, "*");
});

test("LAUNCH returns what is left, without a filter of 0 s at once", () => {
  const { f } = launchOne((id) => commandTask("t", id));
  const [offer] = f.offers("s");
  const cpus = offer?.resources?.find(({ name }) => name === "cpus");
  assert.equal(cpus?.scalar?.value, 3);
});

test("LAUNCH leaves what was refused unoffered for as long as asked", () => {
  const f = new CoreFixture();
  f.register();
  const framework = f.subscribe("s");
  f.call(framework, { type: "ACCEPT", accept: { offer_ids: f.offers("s").map(({ id }) => id) } });
  f.advance(4999);
  assert.deepEqual(f.offers("s"), []);
  f.advance(1);
  assert.equal(f.offers("s").length, 1);
});

test("LAUNCH counts an executor once, and says whether it is new", () => {
  const f = new CoreFixture();
  const agent = f.register();
  const framework = f.subscribe("s");
  f.launch(framework, f.offers("s"), executorTask("a", agent.id), executorTask("b", agent.id));
  const runs = f.takeSent().map(({ message }) => message as internal.RunTaskMessage);
  assert.deepEqual(
    runs.map(({ launch_executor: isNew, task }) => [isNew, task.executor?.framework_id?.value]),
    [
      [true, framework.id],
      [false, framework.id],
    ],
  );
  assert.equal(agent.usedResources.scalar("cpus"), 2100);
  assert.equal(framework.executors.get(agent.id)?.size, 1);
  const [offer] = f.offers("s");
  assert.deepEqual(offer?.executor_ids, [{ value: "e" }]);
});

test("LAUNCH of several tasks launches those that fit and refuses the others", () => {
  const f = new CoreFixture();
  const agent = f.register();
  const framework = f.subscribe("s");
  const big = { resources: resources("cpus:3;mem:32") };
  f.launch(
    framework,
    f.offers("s"),
    commandTask("a", agent.id, big),
    commandTask("b", agent.id, big),
    commandTask("c", agent.id),
  );
  assert.deepEqual([...framework.tasks.keys()], ["a", "c"]);
  const [status, ...more] = f.takeStatuses("s");
  assert.deepEqual(more, []);
  assert.equal(status?.state, "TASK_ERROR");
  assert.equal(status?.reason, "REASON_TASK_INVALID");
  assert.equal(status?.source, "SOURCE_MASTER");
  assert.equal(status?.uuid, undefined);
  assert.match(
    status?.message ?? "",
    /^Total resources cpus\(allocated: web\):3; mem\(allocated: web\):32 required by task and its executor is more than available .*cpus\(allocated: web\):1;/,
  );
  assert.equal(f.state.counters.get("master/tasks_error"), 1);
});

test("an accepted limit may be infinite", () => {
  const { framework } = launchOne((id) =>
    commandTask("t", id, {
      limits: { cpus: { value: 2 }, mem: { value: Number.POSITIVE_INFINITY } },
    }),
  );
  assert.equal(framework.tasks.size, 1);
});

for (const [capability, info, state] of [
  ["PARTITION_AWARE", {}, "TASK_DROPPED"],
  ["no PARTITION_AWARE", oldFramework, "TASK_LOST"],
] as const) {
  test(`ACCEPT of an offer that is gone ends its tasks in ${state} with ${capability}`, () => {
    const f = new CoreFixture();
    const agent = f.register();
    const framework = f.subscribe("s", info);
    const offers = f.offers("s");
    f.launch(framework, offers, commandTask("a", agent.id));
    f.takeSent();
    f.launch(framework, offers, commandTask("b", agent.id));
    const [status] = f.takeStatuses("s");
    assert.equal(status?.state, state);
    assert.equal(status?.reason, "REASON_INVALID_OFFERS");
    assert.equal(
      status?.message,
      "Task launched with invalid offers: Offer master-O0 is no longer valid",
    );
    assert.deepEqual(f.takeSent(), []);
  });
}

test("ACCEPT refuses offers named twice, of nobody, and of others", () => {
  const f = new CoreFixture();
  f.register();
  const agent = f.register();
  const framework = f.subscribe("s");
  const offers = f.offers("s");
  assert.equal(offers.length, 2);
  const refusalOf = (ids: readonly string[], by = framework, stream = "s") => {
    f.call(by, {
      type: "ACCEPT",
      accept: {
        offer_ids: ids.map((value) => ({ value })),
        operations: [{ type: "LAUNCH", launch: { task_infos: [commandTask("t", agent.id)] } }],
      },
    });
    return f.takeStatuses(stream)[0]?.message?.replace("Task launched with invalid offers: ", "");
  };
  const [a = "", b = ""] = offers.map(({ id }) => id.value);
  assert.equal(refusalOf([]), "No offers specified");
  const other = f.subscribe("s2");
  assert.equal(
    refusalOf([a], other, "s2"),
    `Offer ${a} has invalid framework ${framework.id} while framework ${other.id} is expected`,
  );
  assert.equal(f.state.offers.size, 2, "another's offer is not lost by it");
  assert.match(
    refusalOf([a, b]) ?? "",
    /^Aggregated offers must belong to one single agent\. Offer/,
  );
  assert.equal(f.state.offers.size, 0, "an invalid ACCEPT loses its offers");
  assert.equal(refusalOf([a, a]), `Duplicate offer ${a} in offer list`);
});
