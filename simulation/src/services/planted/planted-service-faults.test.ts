import assert from "node:assert/strict";
import { test } from "node:test";
import { simulateServices } from "../simulate-services.ts";
import {
  type PlantedServiceFaultName,
  PlantedServiceFaults,
  plantedServiceFaultNames,
} from "./planted-service-faults.ts";

/** What is planted must be found within so many seeds. */
const seedsMax = 200;
/** All of them, on a machine that has much else to do. */
const timeout = 400_000;

/** Who finds it: the checkers that are there for it. */
const finders: Readonly<Record<PlantedServiceFaultName, readonly string[]>> = {
  "launches-early": ["nothing-forgotten", "history-once", "promises"],
  "confirms-early": ["nothing-forgotten", "history-once"],
  "forgets-kills": ["rest"],
  "never-asks": ["rest"],
  "never-revives": ["rest"],
};

for (const name of plantedServiceFaultNames) {
  test(`"${name}" is found within ${seedsMax} seeds of services`, { timeout }, async (context) => {
    for (let seed = 1; seed <= seedsMax; seed += 1) {
      const { failure } = await simulateServices(seed, {
        planted: new PlantedServiceFaults([name]),
      });
      if (failure === undefined) continue;
      context.diagnostic(`seed ${seed}: ${failure.checker}: ${failure.message}`);
      assert.ok(finders[name].includes(failure.checker), `${failure.checker}: ${failure.message}`);
      return;
    }
    assert.fail(`${name} was not found in ${seedsMax} seeds`);
  });
}
