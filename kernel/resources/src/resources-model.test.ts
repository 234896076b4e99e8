import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { parseResources } from "./parse-resources.ts";
import { Resources } from "./resources.ts";
import { resourcesByRoleToModel, resourcesToModel } from "./resources-model.ts";

function bagOf(text: string): Resources {
  return Resources.of(parseResources(text).value ?? []);
}

test("resourcesToModel() always has cpus, gpus, mem and disk", () => {
  deepEqual(resourcesToModel(Resources.empty), { cpus: 0, gpus: 0, mem: 0, disk: 0 });
});

test("resourcesToModel() sums by name, and prints ranges and sets", () => {
  // The agent of the recorded /slaves answer, with a reservation and a set beside.
  deepEqual(
    resourcesToModel(
      bagOf("cpus:3.5;cpus(eng):0.5;mem:4000;disk:10000;ports:[31000-32000];nics:{b,a}"),
    ),
    {
      cpus: 4,
      gpus: 0,
      mem: 4000,
      disk: 10000,
      ports: "[31000-32000]",
      nics: "{a, b}",
    },
  );
});

test("resourcesToModel() keeps revocable amounts apart", () => {
  const revocable = Resources.of(
    bagOf("cpus:2;ports:[1-2]")
      .toList()
      .map((resource) => ({ ...resource, revocable: {} })),
  );
  deepEqual(resourcesToModel(bagOf("cpus:1").plus(revocable)), {
    cpus: 1,
    gpus: 0,
    mem: 0,
    disk: 0,
    cpus_revocable: 2,
    ports_revocable: "[1-2]",
  });
});

test("resourcesByRoleToModel() does so for each role", () => {
  deepEqual(resourcesByRoleToModel(bagOf("cpus(eng):1;mem:5").reserved()), {
    eng: { cpus: 1, gpus: 0, mem: 0, disk: 0 },
  });
});
