import assert from "node:assert/strict";
import { test } from "node:test";
import { deployCancelled } from "../deploys/deploy-cancelled.ts";
import { changeMachineState } from "../machines/machine-state.ts";
import { actionDisabled } from "../operations/disabled-actions.ts";
import { priorityFrozen } from "../operations/priority-freeze.ts";
import { requestPosted } from "../requests/request-posted.ts";
import { Scenario } from "../testing/scenario.ts";
import { explainRequest } from "./explain-request.ts";
import { Placing } from "./testing/placing.ts";

function explain(placing: Placing, requestId = "web"): ReturnType<typeof explainRequest> {
  return explainRequest(placing.state, placing.config, requestId, placing.now);
}

function kindsOf(placing: Placing, requestId = "web"): string[] {
  return explain(placing, requestId)?.reasons.map(({ kind }) => kind) ?? [];
}

/** Ten agents, each of them no place for its own reason. */
function crowded(): Placing {
  const placing = new Placing({
    reserveAgentsWithAttributes: { team: ["data"] },
    preemptibleTasksOnlyMachineAttributes: { spot: "yes" },
  });
  placing.addService(
    {
      id: "web",
      instances: 3,
      agentPlacement: "SEPARATE_BY_DEPLOY",
      rackAffinity: ["r1"],
      requiredAgentAttributes: { disk: "ssd" },
    },
    { resources: { cpus: 4, memoryMb: 512, diskMb: 0, numPorts: 0 } },
  );
  const ssd = { rackid: "r1", disk: "ssd" };
  placing.offer(
    { agent: "small", cpus: 3.5, attributes: ssd },
    { agent: "tiny", cpus: 1, attributes: ssd },
    { agent: "east", cpus: 8, attributes: { ...ssd, rackid: "r2" } },
    { agent: "west", cpus: 8, attributes: { ...ssd, rackid: "r3" } },
    { agent: "slow", cpus: 8, attributes: { ...ssd, disk: "hdd" } },
    { agent: "data", cpus: 8, attributes: { ...ssd, team: "data" } },
    { agent: "busy", cpus: 8, attributes: ssd },
    { agent: "cold", cpus: 8, attributes: ssd },
  );
  placing.addTask("web", 1, { hostname: "host-busy" });
  placing.turn((turn) => changeMachineState(turn, "agent", "cold", { state: "FROZEN" }));
  placing.plan("web", 2);
  placing.place();
  return placing;
}

test("explainRequest() tells per agent the first rule it failed, and the nearest miss", () => {
  const placing = crowded();
  const explanation = explain(placing);
  const [first, second] = explanation?.pendingTasks ?? [];
  assert.equal(
    explanation?.summary,
    "needs 4 cpus; best agent has 3.5; 1 agent frozen; 2 agents excluded by rack (only r1); " +
      "1 agent reserved by attribute for others; 1 agent without disk=ssd; " +
      "1 agent with enough tasks of deploy d1 (SEPARATE_BY_DEPLOY)",
  );
  assert.deepEqual(first?.report, {
    at: placing.now,
    needs: { cpus: 4, memoryMb: 512, diskMb: 0, numPorts: 0 },
    agentsLookedAt: 8,
    agentsNotOffered: 0,
    failed: {
      CPUS: 2,
      RACK_AFFINITY: 2,
      REQUIRED_ATTRIBUTES: 1,
      RESERVED_ATTRIBUTES: 1,
      AGENT_SATURATED: 1,
      AGENT_FROZEN: 1,
    },
    agents: [
      verdict("small", "r1", "CPUS", "has 3.5 of 4 cpus"),
      verdict("tiny", "r1", "CPUS", "has 1 of 4 cpus"),
      verdict("busy", "r1", "AGENT_SATURATED"),
      verdict("slow", "r1", "REQUIRED_ATTRIBUTES", "has disk=hdd"),
      verdict("data", "r1", "RESERVED_ATTRIBUTES"),
    ],
    nearest: verdict("small", "r1", "CPUS", "has 3.5 of 4 cpus"),
    summary: explanation?.summary,
  });
  assert.equal(second?.report, first?.report);
  assert.deepEqual(explanation?.reasons, [
    { kind: "NO_AGENT_SUITS", message: explanation?.summary, since: placing.now },
  ]);
});

function verdict(agent: string, rackId: string, rule: string, detail?: string): object {
  const named = { agentId: agent, host: `host-${agent}`, rackId, rule };
  return detail === undefined ? named : { ...named, detail };
}

test("explainRequest() gives the last report when the offers are gone", () => {
  const placing = crowded();
  const before = explain(placing)?.pendingTasks[0]?.report;
  placing.state.offers.clear();
  placing.advance(1000);
  assert.deepEqual(explain(placing)?.pendingTasks[0]?.report, before);
});

test("explainRequest() names two resources that are short, and ports that are taken", () => {
  const placing = new Placing();
  placing.addService(
    { id: "web" },
    { resources: { cpus: 4, memoryMb: 2048, diskMb: 0, numPorts: 0 } },
  );
  placing.offer({ cpus: 2.25, memoryMb: 1000 });
  placing.plan("web");
  assert.equal(
    explain(placing)?.summary,
    "needs 4 cpus and 2048 MB of memory; best agent has 2.25 and 1000",
  );
});

test("explainRequest() says when no agent is on offer, or there is none", () => {
  const placing = new Placing();
  placing.addService({ id: "web" });
  placing.plan("web");
  assert.deepEqual(kindsOf(placing), ["NO_OFFERS"]);
  assert.equal(explain(placing)?.summary, "there is no agent");
  placing.offer({});
  placing.state.offers.clear();
  assert.equal(explain(placing)?.summary, "no agent is on offer (1 agent active)");
});

test("explainRequest() names what is in the way of the request itself", () => {
  const placing = new Placing();
  assert.equal(explain(placing, "nobody"), undefined);
  placing.addService({ id: "web" });
  placing.addTask("web", 1);
  assert.deepEqual(kindsOf(placing), []);
  assert.equal(explain(placing)?.summary, "nothing waits; 1 active");
  placing.plan("web", 1, { nextRunAt: placing.now + 1000 });
  const [waits] = explain(placing)?.reasons ?? [];
  assert.equal(waits?.kind, "WAITS_FOR_TIME");
  assert.equal(waits.until, placing.now + 1000);
  const known = placing.state.records.request.get("web");
  assert.ok(known !== undefined);
  placing.turn((turn) => turn.put("request", "web", { ...known, state: "PAUSED" }));
  placing.advance(1000);
  assert.deepEqual(kindsOf(placing), ["PAUSED"]);
  placing.turn((turn) => turn.put("request", "web", { ...known, state: "SYSTEM_COOLDOWN" }));
  assert.deepEqual(kindsOf(placing), ["COOLDOWN", "NO_OFFERS"]);
});

test("explainRequest() names what is in the way of the whole scheduler", () => {
  const placing = new Placing();
  placing.addService({ id: "web" });
  placing.offer({});
  placing.plan("web");
  placing.state.link.connected = false;
  assert.deepEqual(kindsOf(placing), ["DISCONNECTED"]);
  placing.state.link.connected = true;
  placing.turn((turn) => actionDisabled(turn, { action: "PROCESS_OFFERS", message: "no" }));
  assert.equal(explain(placing)?.summary, "Cannot perform action PROCESS_OFFERS: no");
  placing.turn((turn) =>
    priorityFrozen(turn, { freeze: { minimumPriorityLevel: 0.8, killTasks: false } }),
  );
  assert.deepEqual(kindsOf(placing), ["ACTION_DISABLED", "PRIORITY_FREEZE"]);
});

test("explainRequest() says how the first deploy ended when none has succeeded, until one does", () => {
  const s = new Scenario();
  const request = { id: "web", requestType: "SERVICE" } as const;
  s.do((turn) => requestPosted(turn, { request }));
  const first = () => explainRequest(s.state, s.config, "web", s.now)?.reasons[0];
  assert.equal(first()?.kind, "NO_DEPLOY");
  s.deploy("web", { id: "v1" });
  s.fail(s.instance("web", 1), "exited with status 3");
  assert.deepEqual(first(), {
    kind: "DEPLOY_FAILED",
    message:
      "no task is asked for, because its first deploy v1 failed: 1 task(s) of deploy v1 failed in this instance group. " +
      s.result("web", "v1")?.deployFailures[0]?.message,
    since: s.now,
  });
  assert.match(first()?.message ?? "", /exited with status 3/);
  s.deploy("web", { id: "v2" });
  s.do((turn) => deployCancelled(turn, { requestId: "web", deployId: "v2", user: "ann" }));
  s.obeyKills();
  s.restart();
  assert.match(
    first()?.message ?? "",
    /^no task is asked for, because its last deploy v2 was cancelled \(none of 2 has succeeded\)/,
  );
  s.deploy("web", { id: "v3" });
  assert.equal(first()?.kind, "DEPLOY_PENDING");
  s.allHealthy();
  s.advance(60_000);
  assert.equal(s.active("web"), "v3");
  s.deploy("web", { id: "v4" });
  s.fail(s.instance("web", 1, "v4"));
  assert.equal(first(), undefined);
});

test("explainRequest() says why a job that is run by hand does not run", () => {
  const placing = new Placing();
  placing.addService({ id: "job", requestType: "ON_DEMAND", instances: 1 });
  assert.deepEqual(kindsOf(placing, "job"), ["NO_RUN_ASKED_FOR"]);
  placing.addTask("job", 1);
  placing.plan("job");
  assert.equal(explain(placing, "job")?.summary, "1 of at most 1 are running");
});
