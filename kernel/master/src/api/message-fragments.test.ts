import assert from "node:assert/strict";
import test from "node:test";
import { decodeMessage, encodeMessage, master } from "@tavola/protocol";
import { recordedResponse } from "../testing/recorded-cluster.ts";
import { type Bytes, flatten } from "./byte-rope.ts";
import { encodings } from "./message-fragments.ts";

const { json: jsonEncoding, protobuf: protobufEncoding } = encodings;

const recorded = recordedResponse("master-v1-GET_TASKS");
const { tasks = [], completed_tasks = [] } = recorded.get_tasks ?? {};

test("protobuf fragments placed in a message are that message's bytes", () => {
  const encode = protobufEncoding.encode;
  const task = master.Response_GetTasks.fields.find(([, name]) => name === "tasks")?.[2];
  assert.ok(task && typeof task === "object" && task.form === "message");
  const get_tasks = protobufEncoding.place(
    master.Response_GetTasks,
    {},
    {
      tasks: tasks.map((each) => encode(task, each)),
      completed_tasks: completed_tasks.map((each) => encode(task, each)),
    },
  );
  const placed = protobufEncoding.place(master.Response, { type: "GET_TASKS" }, { get_tasks });
  const whole = { type: "GET_TASKS", get_tasks: { tasks, completed_tasks } } as const;
  assert.deepEqual(
    Buffer.from(flatten(placed)),
    Buffer.from(encodeMessage(master.Response, whole)),
  );
  assert.deepEqual(decodeMessage(master.Response, flatten(placed)).value, whole);
});

test("a fragment longer than a varint's byte is placed whole", () => {
  for (const length of [0, 1, 127, 128, 16_383, 16_384, 3_000_000]) {
    const data = "x".repeat(length);
    const flag = protobufEncoding.encode(master.Response_GetVersion, {
      version_info: { version: data },
    });
    const placed = protobufEncoding.place(master.Response, {}, { get_version: flag });
    const decoded = decodeMessage(master.Response, flatten(placed));
    assert.equal(decoded.value?.get_version?.version_info.version.length, length);
  }
});

test("JSON fragments placed in a message keep its other fields, and an empty list is shown", () => {
  const placed = jsonEncoding.place(
    master.Response,
    { type: "GET_STATE" },
    {
      get_state: jsonEncoding.place(master.Response_GetState, {}, { get_tasks: Buffer.from("{}") }),
    },
  );
  assert.equal(textOf(placed), '{"type":"GET_STATE","get_state":{"get_tasks":{}}}');
  const empty = jsonEncoding.place(master.Response_GetTasks, {}, { tasks: [] });
  assert.equal(textOf(empty), '{"tasks":[]}');
});

test("a field that the message does not have is a bug and throws", () => {
  assert.throws(
    () => protobufEncoding.place(master.Response, {}, { nonsense: new Uint8Array() }),
    /mesos\.v1\.master\.Response has no field nonsense/,
  );
});

function textOf(bytes: Bytes): string {
  return Buffer.from(flatten(bytes)).toString();
}
