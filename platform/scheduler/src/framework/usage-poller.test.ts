import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger, simulatedClock } from "@tavola/host";
import { changeMachineState } from "../core/machines/machine-state.ts";
import { Placing } from "../core/placement/testing/placing.ts";
import type { AgentSample } from "../core/usage/agent-sample.ts";
import { type AgentMeasures, UsagePoller } from "./usage-poller.ts";

/** Agents that answer, but for those that are `broken`. */
function agentsBut(broken: readonly string[], asked: string[]): AgentMeasures {
  return {
    metrics: async ({ hostname }) => {
      asked.push(hostname);
      if (broken.includes(hostname)) return { problem: "unreachable", message: "no" };
      return { value: { "system/cpus_total": 4 } };
    },
    allStatistics: async () => ({ value: new Map() }),
  };
}

test("UsagePoller asks every agent that is there once a round, and passes over who does not answer", async () => {
  const clock = simulatedClock();
  const placing = new Placing();
  placing.offer({ agent: "a1" }, { agent: "a2" }, { agent: "a3" }, { agent: "a4" });
  placing.turn((turn) => changeMachineState(turn, "agent", "a3", { state: "DEAD" }));
  const asked: string[] = [];
  const samples: AgentSample[] = [];
  let rounds = 0;
  const poller = new UsagePoller({
    state: placing.state,
    everyMs: 60_000,
    addressOf: (agentId) => (agentId === "a4" ? undefined : { hostname: agentId, port: 5051 }),
    agents: agentsBut(["a2"], asked),
    clock,
    logger: silentLogger,
    onSample: (sample) => samples.push(sample),
    onRound: () => rounds++,
  });
  await clock.advanceSettling(5_000);
  assert.deepEqual(asked, ["a1", "a2"]);
  assert.deepEqual(
    samples.map(({ agentId }) => agentId),
    ["a1"],
  );
  assert.equal(rounds, 1);
  await clock.advanceSettling(59_999);
  assert.equal(rounds, 1);
  await clock.advanceSettling(1);
  assert.equal(rounds, 2);
  poller.close();
  await clock.advanceSettling(120_000);
  assert.equal(rounds, 2);
  assert.equal(clock.waiting, 0);
});

test("UsagePoller passes over an agent that does not answer in more and more rounds, until it does", async () => {
  const clock = simulatedClock();
  const placing = new Placing();
  placing.offer({ agent: "a1" }, { agent: "a2" });
  const asked: string[] = [];
  const broken = ["a2"];
  const poller = new UsagePoller({
    state: placing.state,
    everyMs: 60_000,
    addressOf: (agentId) => ({ hostname: agentId, port: 5051 }),
    agents: agentsBut(broken, asked),
    clock,
    logger: silentLogger,
    onSample: () => undefined,
    onRound: () => undefined,
  });
  const timesAsked = async (rounds: number): Promise<number> => {
    asked.length = 0;
    await clock.advanceSettling(rounds * 60_000);
    assert.equal(asked.filter((host) => host === "a1").length, rounds);
    return asked.filter((host) => host === "a2").length;
  };
  // In rounds 1, 3, 7, 15 and 31, and then in every sixteenth.
  assert.equal(await timesAsked(31), 5);
  assert.equal(await timesAsked(32), 2);
  broken.length = 0;
  assert.equal(await timesAsked(16), 1);
  assert.equal(await timesAsked(5), 5);
  poller.close();
});
