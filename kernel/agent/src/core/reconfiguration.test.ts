import assert from "node:assert/strict";
import test from "node:test";
import type { AgentInfo } from "@tavola/protocol";
import { parseAttributes, parseResources } from "@tavola/resources";
import { incompatibilityOf, isSameAgentInfo } from "./reconfiguration.ts";

interface About {
  readonly resources?: string;
  readonly attributes?: string;
  readonly hostname?: string;
  readonly port?: number;
}

function agentInfo(about: About): AgentInfo {
  const { resources = "cpus:4;mem:100;ports:[1-10]", attributes = "rack:r1;os:linux" } = about;
  return {
    hostname: about.hostname ?? "host",
    port: about.port ?? 5051,
    resources: parseResources(resources).value ?? [],
    attributes: parseAttributes(attributes).value ?? [],
  };
}

const before = agentInfo({});

test("what is the same in another order is the same", () => {
  const now = agentInfo({
    resources: "ports:[6-10,1-5];mem:100;cpus:1;cpus:3",
    attributes: "os:linux;rack:r1",
  });
  assert.ok(isSameAgentInfo(before, now));
  for (const policy of ["equal", "additive"] as const) {
    assert.equal(incompatibilityOf(policy, before, now), undefined);
  }
});

test("an agent without a port has Mesos's", () => {
  const { port: _, ...without } = before;
  assert.ok(isSameAgentInfo(without, before));
});

test("more resources and attributes are additive, and not equal", () => {
  const changes: readonly About[] = [
    { resources: "cpus:5;mem:100;ports:[1-10]" },
    { resources: "cpus:4;mem:100;ports:[1-12]" },
    { resources: "cpus:4;mem:100;ports:[1-10];disk:7" },
    { attributes: "rack:r1;os:linux;zone:z" },
  ];
  for (const change of changes) {
    const now = agentInfo(change);
    assert.equal(incompatibilityOf("additive", before, now), undefined);
    assert.match(
      incompatibilityOf("equal", before, now) ?? "",
      /^Incompatible agent info detected\. (resources|attributes) was '.*', is '.*'$/,
    );
  }
});

test("what is less or other than it was is refused by either policy, and named", () => {
  const changes: readonly [About, RegExp][] = [
    [{ resources: "cpus:3;mem:100;ports:[1-10]" }, /'cpus' decreased from cpus:4 to cpus:3/],
    [{ resources: "cpus:4;mem:100;ports:[2-10]" }, /'ports' decreased/],
    [{ resources: "cpus:4;ports:[1-10]" }, /Resource not found: mem:100/],
    [{ attributes: "rack:r2;os:linux" }, /Value of attribute 'rack' changed/],
    [{ attributes: "rack:r1" }, /Couldn't find attribute os/],
    [{ hostname: "other" }, /Hostname changed from host to other/],
    [{ port: 5052 }, /Port changed from 5051 to 5052/],
  ];
  for (const [change, why] of changes) {
    const now = agentInfo(change);
    assert.match(incompatibilityOf("additive", before, now) ?? "", why);
    assert.notEqual(incompatibilityOf("equal", before, now), undefined);
  }
});
