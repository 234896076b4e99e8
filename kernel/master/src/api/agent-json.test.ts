import assert from "node:assert/strict";
import test from "node:test";
import { messageFromJson, Resource } from "@tavola/protocol";
import { parseResources, Resources } from "@tavola/resources";
import { jsonDifferences } from "../testing/json-differences.ts";
import { recordedCluster } from "../testing/recorded-cluster.ts";
import { recordedBody } from "../testing/recordings.ts";
import { agentFullJson, agentJson } from "./agent-json.ts";
import { type Bytes, flatten } from "./byte-rope.ts";

function agentOf() {
  const [agent] = recordedCluster().state.agents.values();
  assert.ok(agent);
  return agent;
}

test("an agent with reservations and a volume is shown as a Mesos showed it", () => {
  const text = recordedBody("master-slaves-reserved");
  const [recorded] = (JSON.parse(text) as { slaves: Record<string, object[]>[] }).slaves;
  assert.ok(recorded);
  const full = [
    ...(recorded["unreserved_resources_full"] ?? []),
    ...Object.values(recorded["reserved_resources_full"] ?? {}).flat(),
  ].map((json) => messageFromJson(Resource, json).value as Resource);
  const agent = agentOf();
  agent.totalResources = Resources.of(full);
  agent.usedResources = Resources.empty;
  const ours = parse(agentFullJson(agent)) as Record<string, unknown>;
  for (const key of Object.keys(recorded).filter((name) => name.includes("resources"))) {
    const differences = jsonDifferences(
      JSON.stringify(sorted(ours[key])),
      JSON.stringify(sorted(recorded[key])),
      "values",
    );
    assert.deepEqual(differences, [], key);
  }
});

/** Resources have no order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => JSON.stringify(each)).sort();
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, sorted(each)]));
}

test("revocable resources have names of their own, sets and other kinds are text or numbers", () => {
  const agent = agentOf();
  const { value = [] } = parseResources("cpus:1;ports:[1-2,5-6];zones:{b,a};bugs:3");
  agent.totalResources = Resources.of([
    ...value,
    { name: "cpus", type: "SCALAR", scalar: { value: 2 }, revocable: {} },
  ]);
  const { resources } = parse(agentJson(agent)) as { resources: object };
  assert.deepEqual(resources, {
    cpus: 1,
    gpus: 0,
    mem: 0,
    disk: 0,
    ports: "[1-2, 5-6]",
    zones: "{a, b}",
    bugs: 3,
    cpus_revocable: 2,
  });
});

test("attributes are shown by name, whatever their name and kind", () => {
  const agent = agentOf();
  agent.info = {
    ...agent.info,
    attributes: [
      { name: "__proto__", type: "TEXT", text: { value: "x" } },
      { name: "level", type: "SCALAR", scalar: { value: 1.5 } },
      { name: "ports", type: "RANGES", ranges: { range: [{ begin: 1, end: 2 }] } },
      { name: "zones", type: "SET", set: { item: ["a", "b"] } },
    ],
  };
  const text = Buffer.from(agentJson(agent)).toString();
  assert.ok(
    text.includes('"attributes":{"__proto__":"x","level":1.5,"ports":"[1-2]","zones":"{a, b}"}'),
  );
});

function parse(bytes: Bytes): unknown {
  return JSON.parse(Buffer.from(flatten(bytes)).toString());
}
