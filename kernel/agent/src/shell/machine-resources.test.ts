import assert from "node:assert/strict";
import { test } from "node:test";
import { agentResources } from "./machine-resources.ts";

const gib = 1024 ** 3;
const machine = { cpus: 8, memoryBytes: 16 * gib, diskBytes: 100 * gib };

function textOf(flag: string | undefined, role = "*", on = machine): string {
  const resources = agentResources(flag, role, on);
  assert.equal(resources.error, undefined);
  return resources.value?.toString() ?? "";
}

test("without --resources everything is detected; a machine keeps 1 GB of memory and 5 of disk", () => {
  assert.equal(textOf(undefined), "cpus:8; mem:15360; disk:97280; ports:[31000-32000]");
});

test("a small machine keeps half", () => {
  const small = { cpus: 1, memoryBytes: gib, diskBytes: 8 * gib };
  assert.equal(textOf("", "*", small), "cpus:1; mem:512; disk:4096; ports:[31000-32000]");
});

test("what is given is not detected, also when it is nothing", () => {
  assert.equal(textOf("cpus:2;mem:0"), "cpus:2; disk:97280; ports:[31000-32000]");
});

test("roles: those that are named, and the default one for the rest", () => {
  assert.equal(
    textOf("cpus(eng):2;mem:100;disk:1;ports:[1-2]", "ops"),
    "cpus(reservations: [(STATIC,eng)]):2; mem(reservations: [(STATIC,ops)]):100; disk(reservations: [(STATIC,ops)]):1; ports(reservations: [(STATIC,ops)]):[1-2]",
  );
});

test("JSON is taken too", () => {
  const json = '[{"name":"cpus","type":"SCALAR","scalar":{"value":3}}]';
  assert.match(textOf(json), /^cpus:3; /);
});

for (const [flag, error] of [
  ["cpus", /cpus/],
  ["cpus:-1", /./],
  ["gpus:1", /gpus are not supported yet/],
] as const) {
  test(`--resources=${flag} is refused`, () => {
    assert.match(agentResources(flag, "*", machine).error ?? "", error);
  });
}
