/** Tasks that are not launched, and what their framework is told. */

import assert from "node:assert/strict";
import test from "node:test";
import type { TaskInfo } from "@tavola/protocol";
import { executor, executorTask, launchOne, operate } from "../testing/accepted-offer.ts";
import { CoreFixture, commandTask, resources } from "../testing/core-fixture.ts";

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
