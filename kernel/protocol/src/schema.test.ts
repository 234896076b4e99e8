/**
 * Our messages against Mesos's: every field's number, name, type, label, default and oneof, and every
 * value of every enum, in both directions, with a list of what differs on purpose.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as providers from "./generated/providers.ts";
import * as protocol from "./index.ts";
import { internalMessageType, V0Call } from "./internal-messages.ts";
import type { EnumType, Field, MessageType } from "./message-type.ts";
import { v0EnumValue, v0FieldName, v0TypeName } from "./v0-names.ts";

type FactField = readonly [
  number: number,
  name: string,
  type: string,
  label: string,
  options?: { readonly default?: unknown; readonly oneof?: string },
];
type Fact =
  | { readonly fields: readonly FactField[] }
  | { readonly enum: Readonly<Record<string, number>> };

const facts = JSON.parse(
  readFileSync(join(import.meta.dirname, "../testdata/wire-messages.json"), "utf8"),
) as Readonly<Record<string, Fact>>;

/** Packages of which every message must be here. Internal messages are in `internalMissing`. */
const coveredPackages =
  /^mesos\.v1\.(?:[A-Z]|(?:scheduler|executor|master|agent|allocator|maintenance|quota)\.)/;

/** Fields that we have and `mesos.v1` has not: one type of ours serves the internal form, too. */
const ourFields = new Set(["mesos.v1.AgentInfo.checkpoint"]);

/** The table of facts resolved this name wrongly; Mesos's messages.proto means `mesos.Operation`. */
const wrongFactTypes: Readonly<Record<string, string>> = {
  "mesos.internal.state.Operation": "mesos.v1.Operation",
};

/** Internal messages that are not here, and whose they are. Nested messages go with theirs. */
const internalMissing: Readonly<Record<string, string>> = {
  "mesos.internal.log": "the replicated log",
  "mesos.internal.state": "the replicated log's storage",
  "mesos.internal.ResourceProviderCallMessage": "resource providers",
  "mesos.internal.ResourceProviderEventMessage": "resource providers",
  "mesos.internal.ContainerDNSInfo": "a flag's value",
  "mesos.internal.Firewall": "a flag's value",
  "mesos.internal.ImageGcConfig": "a flag's value",
  "mesos.internal.SlaveCapabilities": "a flag's value",
  "mesos.internal.slave.cni": "CNI plugins, which speak JSON",
  "mesos.internal.HookExecuted": "a test module",
  "mesos.internal.TaskHealthStatus": "between a health checker and its executor, in one process",
  "mesos.internal.SubmitSchedulerRequest": "nobody: left over",
  "mesos.internal.SubmitSchedulerResponse": "nobody: left over",
};

function ourTypes(): ReadonlyMap<string, MessageType<unknown> | EnumType> {
  const modules: readonly object[] = [
    protocol,
    protocol.agent,
    protocol.allocator,
    protocol.checkpoint,
    protocol.executor,
    protocol.internal,
    providers,
    protocol.maintenance,
    protocol.master,
    protocol.quota,
    protocol.scheduler,
  ];
  const types = modules
    .flatMap((module) => Object.values(module) as (MessageType<unknown> | EnumType | undefined)[])
    .filter((type) => type?.form === "message" || type?.form === "enum")
    .filter((type) => type !== V0Call);
  return new Map(types.map((type) => [type.typeName, type]));
}

const ours = ourTypes();

function factType([, , kind, label]: Field): string {
  const name = typeof kind === "string" ? kind : kind.typeName;
  const scalar = name === "bigint64" ? "int64" : name;
  return label === "map" ? `map<string,${scalar.slice(scalar.lastIndexOf(".") + 1)}>` : scalar;
}

/** A field of ours as the table of facts would have it. */
function asFact(field: Field): FactField {
  const [number, name, , label, options] = field;
  return [
    number,
    name,
    factType(field),
    label === "map" ? "repeated" : label,
    {
      ...(options?.default === undefined ? {} : { default: options.default }),
      ...(options?.oneof === undefined ? {} : { oneof: options.oneof }),
    },
  ];
}

/** A field of the facts with v1's types and without what only documents. */
function normalized([number, name, type, label, options]: FactField): FactField {
  const v1 = wrongFactTypes[type] ?? v1TypeName(type);
  const shortMap = v1.replace(/^map<string,(?:.*\.)?(\w+)>$/, "map<string,$1>");
  return [
    number,
    name,
    shortMap,
    label,
    {
      ...(options?.default === undefined ? {} : { default: options.default }),
      ...(options?.oneof === undefined ? {} : { oneof: options.oneof }),
    },
  ];
}

const v1Names = new Map(
  Object.keys(facts)
    .filter((name) => name.startsWith("mesos.v1."))
    .map((name) => [v0TypeName(name), name]),
);

function v1TypeName(name: string): string {
  return v1Names.get(name) ?? name;
}

function byNumber(fields: readonly FactField[]): FactField[] {
  return [...fields].sort((a, b) => a[0] - b[0]);
}

test("every message and enum of ours is Mesos's, field by field", () => {
  for (const [name, type] of ours) {
    if (name === "google.protobuf.Duration") continue;
    const fact = facts[name];
    assert.ok(fact !== undefined, `${name} is not Mesos's`);
    if (type.form === "enum") {
      assert.deepEqual(type.numbers, "enum" in fact ? fact.enum : undefined, name);
    } else {
      const fields = type.fields.filter((field) => !ourFields.has(`${name}.${field[1]}`));
      const theirs = "fields" in fact ? fact.fields : [];
      assert.deepEqual(byNumber(fields.map(asFact)), byNumber(theirs.map(normalized)), name);
    }
  }
});
test("every message and enum of the covered packages is here", () => {
  const missing = Object.keys(facts).filter(
    (name) => coveredPackages.test(name) && !ours.has(name),
  );
  assert.deepEqual(missing, []);
});

test("every internal message is here, but for those listed as somebody else's", () => {
  const missing = Object.keys(facts).filter(
    (name) => name.startsWith("mesos.internal.") && !ours.has(name),
  );
  const listed = (name: string) =>
    Object.keys(internalMissing).find((own) => name === own || name.startsWith(`${own}.`));
  assert.deepEqual(
    missing.filter((name) => listed(name) === undefined),
    [],
  );
  assert.deepEqual(
    Object.keys(internalMissing).toSorted(),
    [...new Set(missing.map(listed))].toSorted(),
  );
});

/** Written after *slave* had become *agent*; the operator API is spoken in v1 only. */
const keptInV0 = new Set([
  "mesos.v1.master.Event.AgentRemoved.agent_id",
  "mesos.v1.master.Response.GetAgents.Agent.agent_info",
]);

test("v0's names of v1's messages, fields and values are where the rules say", () => {
  let checked = 0;
  for (const [name, fact] of Object.entries(facts)) {
    // The only v1 message without a v0 counterpart.
    if (!name.startsWith("mesos.v1.") || name === "mesos.v1.scheduler.APIResult") continue;
    const v0 = facts[v0TypeName(name)];
    assert.ok(v0 !== undefined, `${name} is ${v0TypeName(name)} in v0`);
    if (name === "mesos.v1.scheduler.Call.Subscribe") continue;
    if ("enum" in fact) {
      const renamed = Object.entries(fact.enum).map(([key, value]) => [v0EnumValue(key), value]);
      assert.deepEqual(Object.fromEntries(renamed), "enum" in v0 ? v0.enum : undefined, name);
    } else {
      const theirs = new Map("fields" in v0 ? v0.fields.map(([n, field]) => [n, field]) : []);
      for (const [number, field] of fact.fields) {
        const kept = keptInV0.has(`${name}.${field}`);
        assert.equal(kept ? field : v0FieldName(field), theirs.get(number), `${name}.${field}`);
      }
    }
    checked += 1;
  }
  assert.ok(checked > 400, `${checked} messages and enums`);
});

test("the call of a native driver numbers SUBSCRIBE as v0 does", () => {
  const subscribe = V0Call.fields.find(([, name]) => name === "subscribe");
  assert.ok(subscribe !== undefined && typeof subscribe[2] !== "string");
  assert.ok(subscribe[2].form === "message");
  const theirs = facts["mesos.scheduler.Call.Subscribe"];
  assert.deepEqual(
    subscribe[2].fields.map(asFact),
    "fields" in (theirs ?? {}) ? (theirs as { fields: FactField[] }).fields.map(normalized) : [],
  );
  const event = internalMessageType("mesos.scheduler.Event");
  assert.deepEqual(event?.fields, protocol.scheduler.Event.fields);
});
