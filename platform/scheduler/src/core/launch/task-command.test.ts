import assert from "node:assert/strict";
import { test } from "node:test";
import { containerInfoShape } from "../model/container-shape.ts";
import type { Deploy } from "../model/deploy.ts";
import { Fixture } from "../testing/fixture.ts";
import { taskCommand } from "./task-command.ts";

function commandOf(deploy: Partial<Deploy>, cmdLineArgsList: readonly string[] = []) {
  const fixture = new Fixture();
  fixture.addService({ id: "job", requestType: "ON_DEMAND" });
  const task = fixture.addTask("job", 1);
  const {
    value,
    arguments: args,
    shell,
  } = taskCommand({
    task: { ...task, pendingTask: { ...task.pendingTask, cmdLineArgsList } },
    request: { id: "job", requestType: "ON_DEMAND" },
    deploy: { requestId: "job", id: "d1", ...deploy },
    settings: {
      defaultPortMapping: false,
      customExecutorResources: { cpus: 0, memoryMb: 0, diskMb: 0, numPorts: 0 },
    },
  });
  return { value, args, shell };
}

test("what a run is given comes after the program's own name", () => {
  assert.deepEqual(commandOf({ command: "./report.sh" }, ["--since=yesterday"]), {
    value: "./report.sh",
    args: ["./report.sh", "--since=yesterday"],
    shell: false,
  });
  const named = { command: "/bin/echo", arguments: ["echo", "hello"] };
  assert.deepEqual(commandOf(named, ["world"]).args, ["echo", "hello", "world"]);
});

test("a command without arguments goes through the shell", () => {
  const { args = [], shell } = commandOf({ command: "sleep 1; true" });
  assert.deepEqual([args, shell], [[], undefined]);
});

test("an image's arguments are all arguments", () => {
  const json = { type: "DOCKER", docker: { image: "busybox" } };
  const { value: containerInfo } = containerInfoShape.parse(json, "");
  assert.ok(containerInfo !== undefined);
  assert.deepEqual(commandOf({ command: "echo", containerInfo }, ["a"]).args, ["a"]);
  assert.deepEqual(commandOf({ containerInfo }, ["a", "b"]).args, ["a", "b"]);
});
