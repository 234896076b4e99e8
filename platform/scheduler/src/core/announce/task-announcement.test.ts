import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deploy } from "../model/deploy.ts";
import type { TaskRecord } from "../records.ts";
import { Fixture } from "../testing/fixture.ts";
import { announcementIdOf, taskAnnouncement } from "./task-announcement.ts";

const framework = { id: "f1", name: "Singularity" };

function announced(deploy: Partial<Deploy>, task: Partial<TaskRecord> = {}) {
  const fixture = new Fixture();
  const record = fixture.addTask("timezone", 2, { ports: [31_001, 31_002], ...task });
  const whole: Deploy = { requestId: "timezone", id: "d1", ...deploy };
  return taskAnnouncement(record, whole, framework);
}

test("a task is announced as its request, at its first port, with who and where it is", () => {
  const fixture = new Fixture();
  const task = fixture.addTask("timezone", 2, { ports: [31_001, 31_002] });
  const deploy = { requestId: "timezone", id: "d1", serviceBasePath: "/tz" };
  assert.deepEqual(taskAnnouncement(task, deploy, framework), {
    announcementId: task.taskId.id,
    serviceType: "timezone",
    serviceUri: "http://host2:31001",
    metadata: {
      framework: "Singularity",
      frameworkId: "f1",
      requestId: "timezone",
      deployId: "d1",
      taskId: task.taskId.id,
      instanceNo: 2,
      agentId: "agent-host2",
      agentHost: "host2",
      host: "host2",
      zone: "r1",
      rack: "r1",
      weight: 1,
      ports: [
        { number: 31_001, protocol: "tcp" },
        { number: 31_002, protocol: "tcp" },
      ],
      basePath: "/tz",
    },
  });
});

test("DiscoveryInfo names the service, its feature, its port and its weight, before labels do", () => {
  const discovery = {
    name: "tz",
    feature: "v2",
    weight: 0.5,
    version: "7",
    ports: [{ name: "admin" }, { name: "https", index: 1 }, { name: "far", number: 9000 }],
  };
  const mesosLabels = [
    { key: "discovery.serviceType", value: "label" },
    { key: "discovery.feature", value: "label" },
    { key: "discovery.weight", value: "3" },
  ];
  const both = announced({ discovery, mesosLabels });
  assert.equal(both?.serviceType, "tz");
  assert.equal(both?.feature, "v2");
  assert.equal(both?.serviceUri, "https://host2:31002");
  assert.equal(both?.metadata["weight"], 0.5);
  assert.equal(both?.metadata["version"], "7");
  assert.deepEqual(both?.metadata["ports"], [
    { number: 31_001, name: "admin", protocol: "tcp" },
    { number: 31_002, name: "https", protocol: "tcp" },
    { number: 9000, name: "far", protocol: "tcp" },
  ]);
  const labels = announced({
    mesosLabels,
    mesosTaskLabels: { 2: [{ key: "discovery.feature", value: "canary" }] },
  });
  assert.deepEqual(
    [labels?.serviceType, labels?.feature, labels?.metadata["weight"]],
    ["label", "canary", 3],
  );
});

test("the port is that of the load balancer where nothing else is named; of an own address, that", () => {
  assert.equal(announced({ loadBalancerPortIndex: 1 })?.serviceUri, "http://host2:31002");
  assert.equal(announced({ loadBalancerPortIndex: 7 })?.serviceUri, "http://host2:31001");
  const six = announced({}, { address: "fd00::7" });
  assert.equal(six?.serviceUri, "http://[fd00::7]:31001");
  assert.equal(six?.metadata["host"], "fd00::7");
  assert.equal(six?.metadata["agentHost"], "host2");
});

test("what has no port, or is for its framework only, is not announced", () => {
  assert.equal(announced({}, { ports: [] }), undefined);
  assert.equal(announced({ discovery: { ports: [] } }), undefined);
  assert.equal(announced({ discovery: { visibility: "FRAMEWORK" } }), undefined);
  assert.notEqual(announced({ discovery: { ports: [{ number: 80 }] } }, { ports: [] }), undefined);
});

test("an announcement's id is the task's, and never longer than a server takes", () => {
  const id = `web-d1-1-1-${"h".repeat(400)}`;
  assert.equal(announcementIdOf({ id }).length, 255);
  assert.equal(announcementIdOf({ id: "web-d1-1-1-h-r" }), "web-d1-1-1-h-r");
});
