import assert from "node:assert/strict";
import test from "node:test";
import { CoreFixture, commandTask, frameworkInfo, oldFramework } from "../testing/core-fixture.ts";

test("frameworkSubscribed() gives a new framework an id, SUBSCRIBED and a heartbeat", () => {
  const f = new CoreFixture();
  f.handle({ kind: "subscribed", stream: "s", subscribe: { framework_info: frameworkInfo() } });
  assert.deepEqual(f.takeEvents("s"), [
    {
      type: "SUBSCRIBED",
      subscribed: {
        framework_id: { value: "master-0000" },
        heartbeat_interval_seconds: 15,
        master_info: f.state.info,
      },
    },
    { type: "HEARTBEAT" },
  ]);
  f.advance(30_000);
  assert.deepEqual(
    f.takeEvents("s").map(({ type }) => type),
    ["HEARTBEAT", "HEARTBEAT"],
  );
  assert.deepEqual([...f.state.roles.keys()], ["web"]);
});

for (const [what, info, message] of [
  ["a bad role", { roles: ["a b"] }, /^'FrameworkInfo.roles' contains invalid role: /],
  ["role with MULTI_ROLE", { role: "x" }, /^'FrameworkInfo.role' must not be set when/],
  ["roles without MULTI_ROLE", { capabilities: [] }, /^'FrameworkInfo.roles' must not be set when/],
  ["roles twice", { roles: ["b", "a", "a", "b"] }, /contains duplicate items: \{ a, b \}$/],
  [
    "a timeout beyond 64 bits",
    { failover_timeout: 1e30 },
    /failover_timeout \(1e\+30\) is invalid$/,
  ],
  [
    "no number of a timeout",
    { failover_timeout: Number.NaN },
    /failover_timeout \(NaN\) is invalid$/,
  ],
  ["a bad id", { id: { value: "a/b" } }, /^'a\/b' contains invalid characters$/],
  [
    "an empty offer filter",
    { offer_filters: { web: { min_allocatable_resources: { quantities: [{}] } } } },
    /^Resource quantities must contain at least one quantity$/,
  ],
] as const) {
  test(`frameworkSubscribed() refuses ${what} by an ERROR event and ends the stream`, () => {
    const f = new CoreFixture();
    const subscribe = { framework_info: frameworkInfo(info) };
    f.handle({ kind: "subscribed", stream: "s", subscribe });
    const [event, ...more] = f.takeEvents("s");
    assert.equal(event?.type, "ERROR");
    assert.match(event?.error?.message ?? "", message);
    assert.deepEqual(more, []);
    assert.deepEqual(f.closedStreams, ["s"]);
    assert.equal(f.state.frameworks.size, 0);
  });
}

test("frameworkSubscribed() holds to --roles and --root_submissions", () => {
  const f = new CoreFixture({ roleWhitelist: new Set(["*", "eng"]), rootSubmissions: false });
  const refusalOf = (info: Parameters<typeof frameworkInfo>[0]) => {
    const subscribe = { framework_info: frameworkInfo(info) };
    f.handle({ kind: "subscribed", stream: "s", subscribe });
    return f.takeEvents("s")[0]?.error?.message;
  };
  assert.equal(
    refusalOf({ roles: ["web", "eng"] }),
    "Roles { web } are not present in the master's --roles",
  );
  assert.equal(
    refusalOf({ roles: ["eng"], user: "root" }),
    "User 'root' is not allowed to run frameworks without --root_submissions set",
  );
});

test("frameworkSubscribed() refuses suppressed roles and constraints of other roles", () => {
  const f = new CoreFixture();
  const refusalOf = (options: object) => {
    const subscribe = { framework_info: frameworkInfo(), ...options };
    f.handle({ kind: "subscribed", stream: "s", subscribe });
    return f.takeEvents("s")[0]?.error?.message;
  };
  assert.equal(
    refusalOf({ suppressed_roles: ["eng"] }),
    "Suppressed roles { eng } are not contained in the set of roles",
  );
  assert.equal(
    refusalOf({ offer_constraints: { role_constraints: { eng: {} } } }),
    "Offer constraints specify `role_constraints` for a role 'eng'not contained in the set of roles",
  );
  assert.match(
    refusalOf({ offer_constraints: { role_constraints: { web: { groups: [] } } } }) ?? "",
    /^Offer constraints are not valid: 'OfferConstraints::role_constraints' has an empty/,
  );
});

test("frameworkSubscribed() moves a framework to its new stream, and tells the old one", () => {
  const f = new CoreFixture();
  const { framework, agent } = f.running({ failover_timeout: 60 });
  assert.equal(f.offers("s").length, 1);
  const again = f.subscribe("s2", { id: { value: framework.id }, name: "renamed" });
  assert.equal(again, framework);
  assert.deepEqual(f.takeEvents("s"), [
    { type: "ERROR", error: { message: "Framework failed over" } },
  ]);
  assert.deepEqual(f.closedStreams, ["s"]);
  assert.equal(framework.info.name, "renamed");
  assert.equal(framework.offers.size, 0);
  assert.ok(framework.reregisteredAt >= framework.registeredAt);
  // Agents that run something of it hear of the change; nobody else.
  const update = f.takeSent("UpdateFrameworkMessage");
  assert.deepEqual(
    update.map(({ to, message }) => [to, (message as { pid: string }).pid]),
    [[agent.upid.id, "@0.0.0.0:0"]],
  );
  // The resources of the void offer come again.
  assert.equal(f.offers("s2").length, 1);
});

test("frameworkSubscribed() keeps user and checkpoint of a framework that comes back", () => {
  const f = new CoreFixture();
  const framework = f.subscribe("s", { checkpoint: true });
  f.subscribe("s2", { id: { value: framework.id }, user: "other", checkpoint: false });
  assert.equal(framework.info.user, "nobody");
  assert.equal(framework.info.checkpoint, true);
});

test("frameworkSubscribed() refuses another principal for a known framework", () => {
  const f = new CoreFixture();
  const framework = f.subscribe("s", { principal: "a" });
  const info = frameworkInfo({ id: { value: framework.id }, principal: "b" });
  f.handle({ kind: "subscribed", stream: "s2", subscribe: { framework_info: info } });
  assert.equal(
    f.takeEvents("s2")[0]?.error?.message,
    "Changing framework's principal is not allowed.",
  );
  assert.equal(framework.stream, "s");
});

test("frameworkSubscribed() takes the authenticated principal where none is given", () => {
  const f = new CoreFixture();
  const subscribe = { framework_info: frameworkInfo() };
  f.handle({ kind: "subscribed", stream: "s", subscribe, principal: "p" });
  assert.equal(f.state.frameworkByStream.get("s")?.info.principal, "p");
});

test("frameworkSubscribed() takes an id that was never given out, and offers at once", () => {
  const f = new CoreFixture();
  f.register();
  const framework = f.subscribe("s", { id: { value: "chosen" } });
  assert.equal(framework.id, "chosen");
  assert.equal(framework.state, "active");
  assert.equal(f.offers("s").length, 1);
});

test("a framework whose stream broke keeps its tasks until its failover timeout", () => {
  const f = new CoreFixture();
  const { framework, agent } = f.running({ failover_timeout: 60 });
  f.offers("s");
  f.handle({ kind: "streamClosed", stream: "s" });
  assert.equal(framework.state, "disconnected");
  assert.equal(framework.offers.size, 0);
  f.advance(59_999);
  assert.equal(framework.tasks.size, 1);
  f.advance(1);
  assert.equal(framework.state, "completed");
  assert.equal(f.state.frameworks.size, 0);
  assert.deepEqual(
    f.takeSent().map(({ to, name }) => [to, name]),
    [[agent.upid.id, "ShutdownFrameworkMessage"]],
  );
  const [task] = [...framework.completedTasks.values()];
  assert.equal(task?.message.state, "TASK_KILLED");
  assert.equal(task?.message.statuses.at(-1)?.reason, "REASON_FRAMEWORK_REMOVED");
  assert.equal(agent.usedResources.isEmpty, true);
  assert.equal(f.state.tasksByState.TASK_RUNNING, 0);
  assert.equal(f.state.tasksByState.TASK_KILLED, 0);
  assert.equal(f.state.counters.get("master/tasks_killed"), 1);
  assert.deepEqual([...f.state.roles.keys()], []);
});

test("a framework that comes back in time stays", () => {
  const f = new CoreFixture();
  const { framework } = f.running({ failover_timeout: 60 });
  f.handle({ kind: "streamClosed", stream: "s" });
  f.advance(30_000);
  f.subscribe("s2", { id: { value: framework.id }, failover_timeout: 60 });
  f.advance(3_600_000);
  assert.equal(framework.state, "active");
  assert.equal(framework.tasks.size, 1);
});

test("a failover timeout of thousands of years is no overflow", () => {
  const f = new CoreFixture();
  const framework = f.subscribe("s", { failover_timeout: 9e9 });
  f.handle({ kind: "streamClosed", stream: "s" });
  f.advance(3_600_000);
  assert.equal(framework.state, "disconnected");
});

test("an id whose framework ended is refused", () => {
  const f = new CoreFixture();
  const framework = f.subscribe("s");
  f.call(framework, { type: "TEARDOWN" });
  assert.deepEqual(f.closedStreams, ["s"]);
  const info = frameworkInfo({ id: { value: framework.id } });
  f.handle({ kind: "subscribed", stream: "s2", subscribe: { framework_info: info } });
  assert.equal(f.takeEvents("s2")[0]?.error?.message, "Framework has been removed");
});

test("teardownAsked() answers an operator, 400 for a stranger", () => {
  const f = new CoreFixture();
  const framework = f.subscribe("s");
  f.handle({ kind: "teardownAsked", frameworkId: framework.id, ticket: 1 });
  f.handle({ kind: "teardownAsked", frameworkId: framework.id, ticket: 2 });
  assert.deepEqual(f.replies.get(1), { status: 200 });
  assert.equal(f.replies.get(2)?.status, 400);
});

test("UPDATE_FRAMEWORK changes roles, rescinds offers of those left, and answers", () => {
  const f = new CoreFixture();
  f.register();
  const framework = f.subscribe("s");
  const [offer] = f.offers("s");
  const id = { value: framework.id };
  f.call(
    framework,
    {
      type: "UPDATE_FRAMEWORK",
      update_framework: { framework_info: frameworkInfo({ id, roles: ["eng"] }) },
    },
    1,
  );
  assert.deepEqual(f.replies.get(1), { status: 200 });
  assert.deepEqual(f.takeEvents("s"), [{ type: "RESCIND", rescind: { offer_id: offer?.id } }]);
  assert.deepEqual([...f.state.roles.keys()], ["eng"]);
  assert.equal(f.offers("s")[0]?.allocation_info?.role, "eng");
  const updates = f.published.filter(({ type }) => type === "FRAMEWORK_UPDATED");
  assert.equal(updates.length, 1);
});

for (const [what, change, message] of [
  [
    "a changed user",
    { user: "x" },
    "FrameworkInfo update is not valid: Updating 'FrameworkInfo.user' is unsupported; attempted to update from 'nobody' to 'x'",
  ],
  [
    "a changed checkpoint",
    { checkpoint: true },
    "FrameworkInfo update is not valid: Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from 'false' to 'true'",
  ],
  [
    "a bad role",
    { roles: ["."] },
    /^Supplied FrameworkInfo is not valid: 'FrameworkInfo.roles' contains invalid role/,
  ],
] as const) {
  test(`UPDATE_FRAMEWORK refuses ${what}`, () => {
    const f = new CoreFixture();
    const framework = f.subscribe("s");
    const info = frameworkInfo({ id: { value: framework.id }, ...change });
    f.call(framework, { type: "UPDATE_FRAMEWORK", update_framework: { framework_info: info } }, 1);
    const reply = f.replies.get(1);
    assert.equal(reply?.status, 400);
    if (typeof message === "string") assert.equal(reply?.message, message);
    else assert.match(reply?.message ?? "", message);
  });
}

test("a role stays listed while the framework uses something of it", () => {
  const f = new CoreFixture();
  const { framework, agent } = f.running();
  const id = { value: framework.id };
  f.subscribe("s2", { id, roles: ["eng"] });
  assert.deepEqual([...f.state.roles.keys()].sort(), ["eng", "web"]);
  const uuid = f.report(agent, framework, "t", "TASK_FINISHED");
  f.acknowledge(framework, agent, "t", uuid);
  assert.deepEqual([...f.state.roles.keys()], ["eng"]);
});

test("a framework without MULTI_ROLE sees no allocation in its offers", () => {
  const f = new CoreFixture();
  const agent = f.register();
  const framework = f.subscribe("s", oldFramework);
  const offers = f.offers("s");
  assert.equal(offers[0]?.allocation_info, undefined);
  for (const resource of offers[0]?.resources ?? []) {
    assert.equal(resource.allocation_info, undefined);
    assert.equal(resource.role, "*");
  }
  f.launch(framework, offers, commandTask("t", agent.id));
  const task = framework.tasks.values().next().value;
  assert.equal(task?.role, "*");
  assert.equal(task?.message.resources?.[0]?.allocation_info?.role, "*");
});
