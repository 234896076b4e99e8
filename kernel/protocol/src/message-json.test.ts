/** Mesos's JSON where it is not what one would think, each with the text that Mesos has for it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as agent from "./generated/agent.ts";
import * as scheduler from "./generated/scheduler.ts";
import {
  FrameworkInfo,
  MasterInfo,
  Offer,
  ResourceStatistics,
  TaskInfo,
  TaskStatus,
  TimeInfo,
  Value_Scalar,
} from "./generated/v1.ts";
import { formatDouble, parseJson } from "./json-text.ts";
import { decodeBody } from "./message-body.ts";
import { formatMessageJson, formatV0MessageJson, parseMessageJson } from "./message-json.ts";
import type { MessageType } from "./message-type.ts";

function parsed<T>(type: MessageType<T>, text: string): T | string {
  const { value, error } = parseMessageJson(type, text);
  return error ?? value;
}

test("doubles keep their point, and use an exponent where Mesos does", () => {
  const texts: Readonly<Record<string, number>> = {
    "15.0": 15,
    "0.1": 0.1,
    "-0.0": -0,
    "1e21": 1e21,
    "100000000000000000000.0": 1e20,
    "1.5e-7": 1.5e-7,
    "0.000001": 1e-6,
    '"Infinity"': Number.POSITIVE_INFINITY,
    '"-Infinity"': Number.NEGATIVE_INFINITY,
    '"NaN"': Number.NaN,
  };
  for (const [text, value] of Object.entries(texts)) assert.equal(formatDouble(value), text);
});

test("doubles are read from numbers and from strings", () => {
  for (const text of ['"Infinity"', '"-Infinity"', '"NaN"', '"0.5"', "0.5", "7"])
    assert.deepEqual(parsed(Value_Scalar, `{"value":${text}}`), {
      value: Number(text.replaceAll('"', "")),
    });
  assert.equal(
    parsed(Value_Scalar, '{"value":"4s"}'),
    "Failed to parse '4s' as a JSON number for field 'value': " +
      "Parsed JSON included non-whitespace trailing characters: s",
  );
  assert.equal(
    parsed(Value_Scalar, '{"value":"true"}'),
    "Failed to parse 'true' as a JSON number for field 'value': Unexpected JSON type parsed",
  );
});

test("64-bit integers are read and written in all their digits", () => {
  const text = '{"nanoseconds":9223372036854775807}';
  assert.deepEqual(parsed(TimeInfo, text), { nanoseconds: 2n ** 63n - 1n });
  assert.equal(formatMessageJson(TimeInfo, { nanoseconds: 2n ** 63n - 1n }), text);
  assert.deepEqual(parsed(TimeInfo, '{"nanoseconds":"-5"}'), { nanoseconds: -5n });
});

test("an integer beyond 2^53 in a field of numbers is written as the double has it", () => {
  const unlimited = { timestamp: 1, mem_limit_bytes: 2 ** 63 - 4096 };
  const text = formatMessageJson(ResourceStatistics, unlimited);
  assert.match(text, /"mem_limit_bytes":9223372036854771712[,}]/);
  assert.deepEqual(parsed(ResourceStatistics, text), { ...unlimited, ...defaultsOf(text) });
});

/** What the text says beside the two fields. */
function defaultsOf(text: string): object {
  const {
    timestamp: _,
    mem_limit_bytes: __,
    ...rest
  } = JSON.parse(text) as Record<string, unknown>;
  return rest;
}

test("integers out of range are refused, fractions are cut off", () => {
  assert.equal(
    parsed(MasterInfo, '{"id":"m","ip":4294967296,"port":5050}'),
    "Number 4294967296 is out of range for field 'ip'",
  );
  assert.equal(
    parsed(MasterInfo, '{"id":"m","ip":-1,"port":5050}'),
    "Number -1 is out of range for field 'ip'",
  );
  assert.deepEqual(parsed(MasterInfo, '{"id":"m","ip":1.9,"port":"5050"}'), {
    id: "m",
    ip: 1,
    port: 5050,
  });
});

test("null is unset, unknown fields are ignored, booleans may be strings", () => {
  const text =
    '{"user":"u","name":"n","checkpoint":"true","hostname":null,"nope":{"a":[1]},"roles":null}';
  assert.deepEqual(parsed(FrameworkInfo, text), { user: "u", name: "n", checkpoint: true });
  assert.equal(
    parsed(FrameworkInfo, '{"checkpoint":"yes"}'),
    "Failed to parse 'yes' as a JSON boolean for field 'checkpoint': " +
      "syntax error at line 1 near: yes",
  );
});

test("a repeated field may be one value, and lists within lists are one list", () => {
  assert.deepEqual(parsed(scheduler.Call_Revive, '{"roles":"a"}'), { roles: ["a"] });
  assert.deepEqual(parsed(scheduler.Call_Revive, '{"roles":["a",null,["b"]]}'), {
    roles: ["a", "b"],
  });
});

test("an unknown enum value is dropped, and an error where one must be", () => {
  assert.deepEqual(parsed(scheduler.Call, '{"type":"DANCE"}'), {});
  assert.equal(
    parsed(TaskStatus, '{"task_id":{"value":"t"},"state":"TASK_DANCING"}'),
    "Failed to find enum for 'TASK_DANCING'",
  );
  assert.equal(
    parsed(scheduler.Call, '{"type":1}'),
    "Not expecting a JSON number for field 'type'",
  );
});

test("a value of the wrong kind is refused by kind and field", () => {
  const cases: Readonly<Record<string, string>> = {
    '{"framework_id":7}': "Not expecting a JSON number for field 'framework_id'",
    '{"framework_id":[]}': "Not expecting a JSON array for field 'framework_id'",
    '{"framework_id":true}': "Not expecting a JSON boolean for field 'framework_id'",
    '{"framework_id":{"value":{}}}': "Not expecting a JSON object for field 'value'",
    "[]": "Expecting a JSON object",
    null: "Expecting a JSON object",
    '{"acknowledge":{"uuid":"a*"}}':
      "Failed to base64 decode bytes field 'uuid': Invalid character '*'",
  };
  for (const [text, error] of Object.entries(cases))
    assert.equal(parsed(scheduler.Call, text), error, text);
});

test("of several errors that of the alphabetically first field is told", () => {
  assert.equal(
    parsed(scheduler.Call, '{"framework_id":7,"accept":7}'),
    "Not expecting a JSON number for field 'accept'",
  );
});

test("all missing required fields are listed, outer ones first", () => {
  assert.equal(
    parsed(TaskInfo, '{"resources":[{},{"name":"cpus"}],"task_id":{}}'),
    "Missing required fields: name, agent_id, task_id.value, resources[0].name, " +
      "resources[0].type, resources[1].type",
  );
});

test("base64 may lack padding and hold space", () => {
  const uuid = (text: string) => {
    const call = `{"agent_id":{"value":"a"},"task_id":{"value":"t"},"uuid":"${text}"}`;
    const message = parsed(scheduler.Call_Acknowledge, call);
    return typeof message === "string" ? message : Buffer.from(message.uuid).toString();
  };
  for (const text of ["YWJj", "YW Jj\\n", "YWJjZA==", "YWJjZA"])
    assert.match(uuid(text), /^abcd?$/, text);
});

test("unset fields that have a default are written with it, deprecated ones are not", () => {
  assert.equal(
    formatMessageJson(FrameworkInfo, { user: "u", name: "n" }),
    '{"user":"u","name":"n","failover_timeout":0.0,"checkpoint":false}',
  );
});

test("an empty list is written as one when it is there", () => {
  assert.equal(formatMessageJson(scheduler.Call_Revive, { roles: [] }), '{"roles":[]}');
  assert.equal(formatMessageJson(scheduler.Call_Revive, {}), "{}");
});

test("strings are escaped as Mesos escapes them", () => {
  const name = '"\\/\b\f\n\r\t\u0001\u001b\u007f\u2028é𝄞\\u001b\ud800';
  const text = formatMessageJson(FrameworkInfo, { user: name, name: "" });
  assert.ok(
    text.startsWith(
      '{"user":"\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001B\u007f\u2028é𝄞\\\\u001b\ufffd","name":""',
    ),
    text,
  );
  assert.equal((parsed(FrameworkInfo, text) as FrameworkInfo).user, name.toWellFormed());
});

test("v0's names are written on demand", () => {
  const status = {
    task_id: { value: "t" },
    state: "TASK_LOST",
    agent_id: { value: "a" },
    reason: "REASON_AGENT_REMOVED",
    source: "SOURCE_AGENT",
  } as const;
  assert.equal(
    formatV0MessageJson(TaskStatus, status),
    '{"task_id":{"value":"t"},"state":"TASK_LOST","source":"SOURCE_SLAVE",' +
      '"reason":"REASON_SLAVE_REMOVED","slave_id":{"value":"a"}}',
  );
});

test("formatMessageJson() throws, and says where, for what is no such message", () => {
  const offer = { id: { value: "o" }, framework_id: { value: "f" }, agent_id: {}, hostname: "h" };
  assert.throws(() => formatMessageJson(Offer, offer as never), {
    message: "Cannot write mesos.v1.Offer as JSON: required field 'agent_id.value' is missing",
  });
  assert.throws(() => formatMessageJson(scheduler.Call, { type: "toString" as never }), {
    message: /field 'type' must be a value of mesos\.v1\.scheduler\.Call\.Type/,
  });
});

test("parseJson() says where a text stops being JSON", () => {
  const cases: Readonly<Record<string, string>> = {
    "": "syntax error at line 1 near: ",
    "{": "syntax error at line 1 near: ",
    '{"a":}, "b"': 'syntax error at line 1 near: }, "b"',
    '{"a":\n 1,\n b: 2,\n}': "syntax error at line 3 near: b: 2,",
    "[1 2]": "syntax error at line 1 near: 2]",
    nul: "syntax error at line 1 near: ",
    nuxl: "syntax error at line 1 near: xl",
    '"a\tb"': 'syntax error at line 1 near: b"',
    '"\\x"': 'syntax error at line 1 near: "',
    '"\\u12g4"': 'syntax error at line 1 near: g4"',
    "{} x y ": "Parsed JSON included non-whitespace trailing characters:  x y",
    "01": "syntax error at line 1 near: ",
    "[1,]": "syntax error at line 1 near: ]",
  };
  for (const [text, error] of Object.entries(cases))
    assert.deepEqual(parseJson(text), { error }, JSON.stringify(text));
});

test("parseJson() does not overflow on any nesting", () => {
  assert.match(parseJson("[".repeat(1_000_000)).error ?? "", /^syntax error at line 1/);
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  assert.equal(
    decodeBody(scheduler.Call_Revive, "json", Buffer.from(`{"roles":${deep}}`)).error,
    "Failed to convert JSON into Revive protobuf: The JSON is nested too deeply",
  );
  const container = `${'{"parent":'.repeat(10_000)}{}${"}".repeat(10_000)}`;
  const launch = `{"launch_container":{"container_id":${container}}}`;
  assert.match(
    decodeBody(agent.Call, "json", Buffer.from(launch)).error ?? "",
    /nested too deeply$/,
  );
});
