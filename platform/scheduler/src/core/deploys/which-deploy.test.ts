import assert from "node:assert/strict";
import { test } from "node:test";
import { launchableOf } from "../placement/launch-obstacle.ts";
import { Scenario } from "../testing/scenario.ts";
import { requestForDeploy } from "./which-deploy.ts";

test("tasks of a deploy on trial are placed by the request that it brings, those of others are not", () => {
  const s = new Scenario();
  s.start({ id: "web" });
  const before = s.state.records.request.get("web")?.request;
  assert.ok(before !== undefined);
  s.hasRoom = false;
  const updatedRequest = { ...before, requiredAgentAttributes: { disk: "ssd" } };
  s.deploy("web", { id: "v2" }, { updatedRequest });
  const [pending] = [...s.state.records.pendingTask.values()];
  assert.equal(pending?.pendingTaskId.deployId, "v2");
  const launchable = pending && launchableOf(s.state, s.config, pending);
  assert.ok(launchable !== undefined && "request" in launchable);
  assert.deepEqual(launchable.request.requiredAgentAttributes, { disk: "ssd" });
  const old = requestForDeploy(s.state, { requestId: "web", deployId: "v1" });
  assert.equal(old?.requiredAgentAttributes, undefined);
  assert.equal(requestForDeploy(s.state, { requestId: "none", deployId: "v1" }), undefined);
});
