import assert from "node:assert/strict";
import test from "node:test";
import { unitsOf } from "@tavola/base";
import { parseResources, Resources } from "@tavola/resources";
import { recordedCluster } from "../testing/recorded-cluster.ts";
import { type Quantities, roleBreakdowns, withAncestors } from "./role-breakdown.ts";

function bag(text: string): Resources {
  const parsed = parseResources(text);
  assert.equal(parsed.error, undefined);
  return Resources.of(parsed.value ?? []);
}

function plain(amounts: Quantities | undefined): Record<string, number> {
  return Object.fromEntries([...(amounts ?? [])].map(([name, amount]) => [name, unitsOf(amount)]));
}

test("withAncestors() gives a role and every role above it", () => {
  assert.deepEqual([...withAncestors("a/b/c")], ["a/b/c", "a/b", "a"]);
  assert.deepEqual([...withAncestors("*")], ["*"]);
});

test("roleBreakdowns() counts what a subrole has for the roles above it too", () => {
  const { state } = recordedCluster();
  const [framework] = state.frameworks.values();
  assert.ok(framework);
  state.roles.set("eng/dev", { name: "eng/dev", frameworks: new Set([framework.id]) });
  framework.usedResources = bag("cpus:2;mem:64").allocatedTo("eng/dev");
  framework.offeredResources = bag("cpus:1").allocatedTo("eng/dev");
  const roles = roleBreakdowns(state);
  assert.deepEqual([...roles.keys()], ["eng", "eng/dev", "web"]);
  for (const name of ["eng", "eng/dev"]) {
    assert.deepEqual(plain(roles.get(name)?.allocated), { cpus: 2, mem: 64 });
    assert.deepEqual(plain(roles.get(name)?.offered), { cpus: 1 });
  }
  assert.deepEqual([...(roles.get("eng")?.frameworks ?? [])], []);
  assert.deepEqual([...(roles.get("eng/dev")?.frameworks ?? [])], [framework.id]);
});

test("roleBreakdowns() counts a reservation once against quota, used or not", () => {
  const { state } = recordedCluster();
  const [framework] = state.frameworks.values();
  const [agent] = state.agents.values();
  assert.ok(framework && agent);
  const used = bag("cpus(ops):1").allocatedTo("ops");
  agent.totalResources = bag("cpus(ops):3;cpus:1");
  agent.usedResources = used;
  framework.usedResources = used;
  const ops = roleBreakdowns(state).get("ops");
  assert.deepEqual(plain(ops?.reserved), { cpus: 3 });
  assert.deepEqual(plain(ops?.allocated), { cpus: 1 });
  assert.deepEqual(plain(ops?.consumed), { cpus: 3 });
});

test("roleBreakdowns() knows the roles of the whitelist, and only those", () => {
  const cluster = recordedCluster();
  const config = { ...cluster.state.config, roleWhitelist: new Set(["eng/dev"]) };
  const roles = roleBreakdowns({ ...cluster.state, config });
  assert.deepEqual([...roles.keys()], ["eng", "eng/dev"]);
});
