import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deploy } from "../model/deploy.ts";
import { Fixture } from "../testing/fixture.ts";
import { taskInfo } from "./task-info.ts";

const noResources = { cpus: 0, memoryMb: 0, diskMb: 0, numPorts: 0 };
const settings = { defaultPortMapping: false, customExecutorResources: noResources };

function infoOf(deploy: Partial<Deploy>) {
  const task = new Fixture().addTask("web", 1, { ports: [31_000, 31_001] });
  const whole: Deploy = { requestId: "web", id: "d1", command: "serve", ...deploy };
  return taskInfo({
    task,
    request: { id: "web", requestType: "SERVICE" },
    deploy: whole,
    settings,
  });
}

test("the master is told Mesos's DiscoveryInfo where a deploy says how its tasks are found", () => {
  assert.equal(infoOf({}).discovery, undefined);
  assert.deepEqual(infoOf({ discovery: {} }).discovery, {
    visibility: "CLUSTER",
    name: "web",
    ports: {
      ports: [
        { number: 31_000, protocol: "tcp" },
        { number: 31_001, protocol: "tcp" },
      ],
    },
  });
  const all = infoOf({
    discovery: {
      name: "clock",
      visibility: "EXTERNAL",
      version: "7",
      labels: { team: "time" },
      ports: [{ name: "admin", index: 1 }],
    },
  });
  assert.deepEqual(all.discovery, {
    visibility: "EXTERNAL",
    name: "clock",
    version: "7",
    ports: { ports: [{ number: 31_001, name: "admin", protocol: "tcp" }] },
    labels: { labels: [{ key: "team", value: "time" }] },
  });
});
