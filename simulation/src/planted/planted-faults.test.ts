import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate } from "../simulate.ts";
import { type PlantedFaultName, PlantedFaults, plantedFaultNames } from "./planted-faults.ts";

/** What is planted must be found within so many seeds. */
const seedsMax = 200;
/** All of them, on a machine that has much else to do. */
const timeout = 400_000;

/** Who finds it: the checker that is there for it. */
const finders: Readonly<Record<PlantedFaultName, readonly string[]>> = {
  "acknowledges-before-checkpoint": ["durable-updates"],
  "tells-before-durable": ["durable-updates"],
  "forgets-recovery": ["books", "master-state"],
  "leads-after-session": ["one-leader"],
  "registers-before-durable": ["durable-registry"],
  "forgets-kill": ["stops"],
  "sends-update-once": ["acknowledged-once", "convergence", "told-states"],
  "leaves-framework-running": ["stops", "convergence", "master-state"],
  "leaves-gone-agent-running": ["stops", "books"],
};

for (const name of plantedFaultNames) {
  test(`"${name}" is found within ${seedsMax} seeds`, { timeout }, async (context) => {
    for (let seed = 1; seed <= seedsMax; seed += 1) {
      const { failure } = await simulate(seed, { planted: new PlantedFaults([name]) });
      if (failure === undefined) continue;
      context.diagnostic(`seed ${seed}: ${failure.checker}: ${failure.message}`);
      assert.ok(finders[name].includes(failure.checker), `${failure.checker}: ${failure.message}`);
      return;
    }
    assert.fail(`${name} was not found in ${seedsMax} seeds`);
  });
}
