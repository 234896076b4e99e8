import assert from "node:assert/strict";
import test from "node:test";
import type { internal, Offer_Operation, TaskInfo } from "@tavola/protocol";
import {
  CoreFixture,
  commandTask,
  oldFramework,
  registration,
  resources,
} from "../testing/core-fixture.ts";

/** What becomes of one task of an ACCEPT of all that is offered. */
function launchOne(make: (agentId: string) => TaskInfo, info = {}) {
  const f = new CoreFixture();
  const agent = f.register();
  const framework = f.subscribe("s", info);
  f.launch(framework, f.offers("s"), make(agent.id));
  return { f, agent, framework, statuses: f.takeStatuses("s"), sent: f.takeSent() };
}

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

const executor = {
  executor_id: { value: "e" },
  command: { value: "run" },
  resources: resources("cpus:0.1;mem:32"),
};

function executorTask(id: string, agentId: string, extra: Partial<TaskInfo["executor"]> = {}) {
  const { command: _, ...task } = commandTask(id, agentId);
  return { ...task, executor: { ...executor, ...extra } };
}

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

const { command: _command, ...noCommand } = commandTask("t", "");

for (const [what, make, message] of [
  ["an empty id", (id) => commandTask("", id), "ID must not be empty"],
  ["a slash in its id", (id) => commandTask("a/b", id), "'a/b' contains invalid characters"],
  ["a dot as its id", (id) => commandTask(".", id), "'.' is disallowed"],
  [
    "an id too long",
    (id) => commandTask("ä".repeat(128), id),
    "ID must not be greater than 255 characters",
  ],
  [
    "another agent",
    () => commandTask("t", "x"),
    "Task uses invalid agent x while agent master-S0 is expected",
  ],
  ["no resources", (id) => commandTask("t", id, { resources: [] }), "Task uses no resources"],
  [
    "negative resources",
    (id) =>
      commandTask("t", id, {
        resources: [{ name: "cpus", type: "SCALAR", scalar: { value: -1 } }],
      }),
    "Resource 'cpus:-1' is invalid: Invalid scalar resource: value <= 0",
  ],
  [
    "half a GPU",
    (id) => commandTask("t", id, { resources: resources("cpus:1;gpus:0.5") }),
    "Task uses invalid resources: Invalid 'gpus' resource: The 'gpus' resource must be an unsigned integer",
  ],
  [
    "resources that nobody has",
    (id) => commandTask("t", id, { resources: resources("cpus:1;bananas:3") }),
    /^Total resources cpus\(allocated: web\):1; bananas\(allocated: web\):3 required by task/,
  ],
  [
    "two roles",
    (id) =>
      commandTask("t", id, {
        resources: [
          ...resources("cpus:1").map((r) => ({ ...r, allocation_info: { role: "web" } })),
          ...resources("mem:1").map((r) => ({ ...r, allocation_info: { role: "eng" } })),
        ],
      }),
    "Invalid task resources: The resources have multiple allocation roles ('eng' and 'web') but only one allocation role is allowed",
  ],
  [
    "neither command nor executor",
    (id) => ({ ...noCommand, agent_id: { value: id } }),
    "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present",
  ],
  [
    "both command and executor",
    (id) => ({ ...executorTask("t", id), command: { value: "x" } }),
    "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present",
  ],
  [
    "an executor without command",
    (id) => ({
      ...executorTask("t", id),
      executor: { executor_id: { value: "e" }, resources: executor.resources },
    }),
    "'ExecutorInfo.command' must be set",
  ],
  [
    "the default executor",
    (id) => ({
      ...executorTask("t", id),
      executor: { executor_id: { value: "e" }, type: "DEFAULT", resources: executor.resources },
    }),
    "'ExecutorInfo.type' must be 'CUSTOM'",
  ],
  [
    "an executor of another framework",
    (id) => executorTask("t", id, { framework_id: { value: "x" } }),
    "ExecutorInfo has an invalid FrameworkID (Actual: x vs Expected: master-0000)",
  ],
  [
    "an executor that takes the task's ports",
    (id) => ({
      ...executorTask("t", id, { resources: resources("cpus:0.1;ports:[31000-31001]") }),
      resources: resources("cpus:1;ports:[31001-31002]"),
    }),
    /^There are overlapping resources in the task resources /,
  ],
  [
    "a negative kill grace",
    (id) => commandTask("t", id, { kill_policy: { grace_period: { nanoseconds: -1 } } }),
    "Task's 'kill_policy.grace_period' must be non-negative",
  ],
  [
    "a negative life",
    (id) => commandTask("t", id, { max_completion_time: { nanoseconds: -1 } }),
    "Task's `max_completion_time` must be non-negative",
  ],
  [
    "a check without type",
    (id) => commandTask("t", id, { check: {} }),
    "Task uses invalid check: CheckInfo must specify 'type'",
  ],
  [
    "a health check of a relative path",
    (id) => commandTask("t", id, { health_check: { type: "HTTP", http: { port: 1, path: "x" } } }),
    "Task uses invalid health check: The path 'x' of HTTP health check must start with '/'",
  ],
  [
    "a variable without value",
    (id) =>
      commandTask("t", id, {
        command: { value: "x", environment: { variables: [{ name: "A" }] } },
      }),
    "Task's `CommandInfo` is invalid: Environment variable 'A' of type 'VALUE' must have a value set",
  ],
  [
    "a Docker container without image",
    (id) => commandTask("t", id, { container: { type: "DOCKER" } }),
    "Task's `ContainerInfo` is invalid: DockerInfo 'docker' is not set for DOCKER typed ContainerInfo",
  ],
  [
    "a limit below the request",
    (id) => commandTask("t", id, { limits: { cpus: { value: 0.5 } } }),
    "The cpu limit must be greater than or equal to the cpu request",
  ],
  [
    "a limit of disk",
    (id) => commandTask("t", id, { limits: { disk: { value: 5 } } }),
    "Only cpus and mem may be included in a task's resource limits",
  ],
  [
    "its own cgroup",
    (id) =>
      commandTask("t", id, {
        container: { type: "MESOS", linux_info: { share_cgroups: false } },
      }),
    "Only tasks in a task group may have 'share_cgroups' set to 'false'",
  ],
] as readonly (readonly [string, (id: string) => TaskInfo, string | RegExp])[]) {
  test(`LAUNCH refuses a task with ${what}`, () => {
    const { statuses, sent, agent } = launchOne(make);
    assert.deepEqual(sent, []);
    assert.equal(statuses[0]?.state, "TASK_ERROR");
    assert.equal(statuses[0]?.reason, "REASON_TASK_INVALID");
    const said = statuses[0]?.message ?? "";
    if (typeof message === "string") assert.equal(said, message);
    else assert.match(said, message);
    assert.equal(agent.usedResources.isEmpty, true);
  });
}

test("LAUNCH refuses an id that is in use", () => {
  const f = new CoreFixture();
  const { framework, agent } = f.running();
  f.launch(framework, f.offers("s"), commandTask("t", agent.id));
  assert.equal(f.takeStatuses("s")[0]?.message, "Task has duplicate ID: t");
});

test("LAUNCH refuses another executor under the same id", () => {
  const f = new CoreFixture();
  const agent = f.register();
  const framework = f.subscribe("s");
  const other = executorTask("b", agent.id, { command: { value: "other" } });
  f.launch(framework, f.offers("s"), executorTask("a", agent.id), other);
  const [status] = f.takeStatuses("s");
  assert.match(
    status?.message ?? "",
    /^ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID\.\n-{60}\n/,
  );
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

function operate(operation: Offer_Operation, agentOptions = {}) {
  const f = new CoreFixture();
  f.register(agentOptions);
  const framework = f.subscribe("s");
  const offer_ids = f.offers("s").map(({ id }) => id);
  f.call(framework, {
    type: "ACCEPT",
    accept: { offer_ids, operations: [operation], filters: { refuse_seconds: 0 } },
  });
  return { f, framework, events: f.takeEvents("s") };
}

test("an operation that asks for feedback hears that it is not done, and its offer comes again", () => {
  const reserve = { resources: resources("cpus(web):1") };
  const { f, events } = operate({ type: "RESERVE", id: { value: "op" }, reserve });
  assert.deepEqual(events, [
    {
      type: "UPDATE_OPERATION_STATUS",
      update_operation_status: {
        status: {
          operation_id: { value: "op" },
          state: "OPERATION_ERROR",
          message: "RESERVE operations are not supported by this master yet",
        },
      },
    },
  ]);
  assert.equal(f.offers("s").length, 1);
});

test("an operation is validated before it is refused", () => {
  const messageOf = (operation: Offer_Operation, options = {}) =>
    operate({ id: { value: "op" }, ...operation }, options).events[0]?.update_operation_status
      ?.status.message;
  assert.equal(
    messageOf({ type: "CREATE" }),
    "Operation attempted with invalid resources: A CREATE offer operation must have the Offer.Operation.create field set.",
  );
  assert.match(
    messageOf({
      type: "RESERVE",
      reserve: { resources: [{ name: "cpus", type: "SCALAR", scalar: { value: -1 } }] },
    }) ?? "",
    /^Operation attempted with invalid resources: Resource 'cpus:-1' is invalid/,
  );
  assert.equal(
    messageOf(
      { type: "UNRESERVE", unreserve: { resources: [] } },
      { agent_capabilities: registration().agent_capabilities?.slice(0, 3) },
    ),
    "Operation requested feedback, but agent master-S0 does not have the required RESOURCE_PROVIDER capability",
  );
});

test("an operation without id is refused silently, but counted", () => {
  const { f, events } = operate({ type: "DESTROY", destroy: {} });
  assert.deepEqual(events, []);
  assert.equal(f.state.counters.get("master/operations/destroy/error"), 1);
});

test("an id on LAUNCH is an error of its tasks", () => {
  const { events } = operate({
    type: "LAUNCH",
    id: { value: "op" },
    launch: { task_infos: [commandTask("t", "master-S0")] },
  });
  assert.equal(
    events[0]?.update?.status.message,
    "The `id` field cannot be set on LAUNCH operations",
  );
});

const pod = {
  executor_id: { value: "pod" },
  type: "DEFAULT",
  framework_id: { value: "master-0000" },
  resources: resources("cpus:0.1;mem:32;disk:16"),
} as const;

for (const [what, group, message] of [
  ["that is right", { executor: pod }, "Task groups are not supported by this master yet"],
  [
    "without disk for its executor",
    { executor: { ...pod, resources: resources("cpus:0.1;mem:32") } },
    "Executor 'pod' uses no disk",
  ],
  [
    "with too little memory",
    { executor: { ...pod, resources: resources("cpus:0.1;mem:8;disk:1") } },
    "Executor 'pod' uses less memory (8MB) than the minimum required (32MB)",
  ],
  [
    "whose executor has no framework",
    { executor: { executor_id: { value: "pod" }, type: "DEFAULT", resources: pod.resources } },
    "'ExecutorInfo.framework_id' must be set",
  ],
] as const) {
  test(`LAUNCH_GROUP ${what} ends all its tasks with the reason`, () => {
    const { command: _, ...task } = commandTask("a", "master-S0");
    const tasks = [
      { ...task, command: { value: "x" } },
      { ...task, task_id: { value: "b" }, command: { value: "x" } },
    ];
    const { events } = operate({
      type: "LAUNCH_GROUP",
      launch_group: { ...group, task_group: { tasks } },
    });
    assert.deepEqual(
      events.map(({ update }) => [
        update?.status.task_id.value,
        update?.status.state,
        update?.status.reason,
        update?.status.message,
      ]),
      ["a", "b"].map((id) => [id, "TASK_ERROR", "REASON_TASK_GROUP_INVALID", message]),
    );
  });
}

test("DECLINE gives an offer back and keeps it away for as long as asked", () => {
  const f = new CoreFixture();
  f.register();
  const framework = f.subscribe("s");
  const decline = (filters?: { refuse_seconds: number }) =>
    f.call(framework, {
      type: "DECLINE",
      decline: { offer_ids: f.offers("s").map(({ id }) => id), ...(filters && { filters }) },
    });
  decline({ refuse_seconds: 60 });
  f.advance(59_000);
  assert.deepEqual(f.offers("s"), []);
  f.advance(1000);
  // Negative means the default of 5 s.
  decline({ refuse_seconds: -3 });
  f.advance(4000);
  assert.deepEqual(f.offers("s"), []);
  f.advance(1000);
  decline();
  f.call(framework, { type: "REVIVE" });
  assert.equal(f.offers("s").length, 1);
  assert.equal(framework.counters.get("offers/declined"), 3);
});

test("DECLINE passes over offers that are gone or another's", () => {
  const f = new CoreFixture();
  f.register();
  const framework = f.subscribe("s");
  const [offer] = f.offers("s");
  const other = f.subscribe("s2");
  const offer_ids = [{ value: "gone" }, { value: offer?.id.value ?? "" }];
  f.call(other, { type: "DECLINE", decline: { offer_ids } });
  assert.equal(framework.offers.size, 1);
});

test("an offer is rescinded at its timeout", () => {
  const f = new CoreFixture({ offerTimeoutMs: 10_000 });
  f.register();
  f.subscribe("s");
  const [offer] = f.offers("s");
  f.advance(10_000);
  assert.deepEqual(f.takeEvents("s"), [{ type: "RESCIND", rescind: { offer_id: offer?.id } }]);
  assert.equal(f.offers("s").length, 1);
});

test("SUPPRESS and REVIVE are by role, and void when one is not the framework's", () => {
  const f = new CoreFixture();
  f.register();
  const framework = f.subscribe("s", { roles: ["web", "eng"] });
  f.call(framework, { type: "SUPPRESS", suppress: { roles: ["web", "x"] } });
  assert.deepEqual([...framework.suppressedRoles], []);
  f.call(framework, { type: "SUPPRESS", suppress: {} });
  assert.deepEqual([...framework.suppressedRoles].sort(), ["eng", "web"]);
  assert.deepEqual(f.offers("s"), []);
  f.call(framework, { type: "REVIVE", revive: { roles: ["eng"] } });
  assert.equal(f.offers("s")[0]?.allocation_info?.role, "eng");
});
