import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError } from "@tavola/base";
import { silentLogger, simulatedClock } from "@tavola/host";
import { isDeployIdTaken } from "./deploy-id-taken.ts";
import { createMemoryHistory } from "./open-history.ts";
import { deploySample } from "./testing/history-samples.ts";

const clock = simulatedClock();
const options = { logger: silentLogger, clock };
const deploy = { requestId: "a", id: "d" };

test("an id that history has is taken, another is not", async () => {
  const history = createMemoryHistory();
  await history.append({ deploys: [deploySample("a", "d", 1)] });
  assert.equal(await isDeployIdTaken(history, deploy, options), true);
  assert.equal(await isDeployIdTaken(history, { ...deploy, id: "e" }, options), false);
  await history.close();
});

test("a history that is away, or hangs, holds no deploy up", async () => {
  const away = async (): Promise<boolean> => {
    throw new CodedError("UNAVAILABLE", "away", {}, { transient: true });
  };
  assert.equal(await isDeployIdTaken({ hasDeploy: away }, deploy, options), false);
  const never = new Promise<boolean>(() => undefined);
  const asked = isDeployIdTaken({ hasDeploy: () => never }, deploy, options);
  await clock.advanceSettling(3000);
  assert.equal(await asked, false);
});

test("what waiting does not mend is told", async () => {
  const newer = async (): Promise<boolean> => {
    throw new CodedError("NEWER_FORMAT", "later version");
  };
  await assert.rejects(isDeployIdTaken({ hasDeploy: newer }, deploy, options), {
    code: "NEWER_FORMAT",
  });
});
