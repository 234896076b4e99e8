import assert from "node:assert/strict";
import { test } from "node:test";
import { timePassed } from "../cluster-rules.ts";
import type { Turn } from "../turn.ts";
import { placeTasks } from "./place-tasks.ts";
import { Placing } from "./testing/placing.ts";

/** As the engine does when time has come. */
function tick(placing: Placing): void {
  placing.turn((turn: Turn) => {
    timePassed(turn);
    placeTasks(turn);
  });
}

function advanceTo(placing: Placing, at: number): void {
  placing.advance(at - placing.now);
  tick(placing);
}

function wakeAt(placing: Placing): number {
  const at = placing.state.clusterAgenda.nextAt;
  assert.ok(at !== undefined);
  return at;
}

test("keepOffers() gives everything back and wants no more once there is nothing to place", () => {
  const placing = new Placing();
  placing.addService({ id: "web" });
  placing.plan("web");
  tick(placing);
  assert.deepEqual(placing.take("wantOffers"), []);
  placing.offer({ agent: "a1" }, { agent: "a2" });
  tick(placing);
  assert.equal(placing.take("launch").length, 1);
  assert.equal(placing.state.offers.size, 1, "the other is kept for a while");
  placing.advance(10_000);
  tick(placing);
  assert.deepEqual(
    placing.take("decline").map(({ offerIds }) => offerIds),
    [["a2-O1"]],
  );
  assert.deepEqual(placing.take("wantOffers"), []);
  advanceTo(placing, wakeAt(placing));
  assert.deepEqual(
    placing.take("wantOffers").map(({ wanted }) => wanted),
    [false],
  );
});

test("keepOffers() asks for offers a little before a task is due", () => {
  const placing = new Placing();
  placing.addService({ id: "job", requestType: "ON_DEMAND" });
  tick(placing);
  advanceTo(placing, wakeAt(placing));
  assert.deepEqual(
    placing.take("wantOffers").map(({ wanted }) => wanted),
    [false],
  );
  const dueAt = placing.now + 20_000;
  placing.plan("job", 1, { nextRunAt: dueAt });
  tick(placing);
  assert.equal(wakeAt(placing), dueAt - 2000);
  advanceTo(placing, dueAt - 2000);
  assert.deepEqual(
    placing.take("wantOffers").map(({ wanted }) => wanted),
    [true],
  );
  placing.offer({});
  tick(placing);
  assert.equal(placing.take("launch").length, 0);
  advanceTo(placing, dueAt);
  assert.equal(placing.take("launch").length, 1);
});

test("keepOffers() gives back what is of no use, and asks again for who comes later", () => {
  const placing = new Placing();
  placing.addService(
    { id: "huge" },
    { resources: { cpus: 99, memoryMb: 64, diskMb: 0, numPorts: 0 } },
  );
  placing.addService({ id: "web" });
  placing.plan("huge");
  placing.offer({});
  tick(placing);
  advanceTo(placing, placing.now + 60_000);
  assert.deepEqual(placing.take("decline"), [
    { kind: "decline", offerIds: ["a1-O1"], refuseMs: 5000 },
  ]);
  assert.deepEqual(placing.take("wantOffers"), []);
  placing.advance(1000);
  placing.plan("web");
  tick(placing);
  assert.deepEqual(
    placing.take("wantOffers").map(({ wanted }) => wanted),
    [true],
  );
});

test("keepOffers() looks around now and then, and is quiet in between", () => {
  const placing = new Placing();
  tick(placing);
  advanceTo(placing, wakeAt(placing));
  assert.deepEqual(
    placing.take("wantOffers").map(({ wanted }) => wanted),
    [false],
  );
  const quietFrom = placing.now;
  advanceTo(placing, wakeAt(placing));
  assert.equal(placing.now - quietFrom, 60_000);
  assert.deepEqual(
    placing.take("wantOffers").map(({ wanted }) => wanted),
    [true],
  );
  placing.offer({ agent: "new" });
  tick(placing);
  assert.equal(placing.state.records.agent.get("new")?.currentState.state, "ACTIVE");
  assert.equal(placing.state.offers.size, 0);
});

test("offers of frozen agents are declined at once, for long", () => {
  const placing = new Placing();
  placing.offer({});
  placing.take("decline");
  const agent = placing.state.records.agent.get("a1");
  assert.ok(agent !== undefined);
  placing.turn((turn) =>
    turn.put("agent", "a1", { ...agent, currentState: { ...agent.currentState, state: "FROZEN" } }),
  );
  placing.offer({ id: "again" });
  assert.deepEqual(placing.take("decline"), [
    { kind: "decline", offerIds: ["again"], refuseMs: 300_000 },
  ]);
});

test("keepOffers() lifts the filters of a look around for a task that may start only now", () => {
  const placing = new Placing();
  placing.addService({ id: "web" });
  const known = placing.state.records.request.get("web");
  assert.ok(known !== undefined);
  placing.turn((turn) => turn.put("request", "web", { ...known, state: "PAUSED" }));
  placing.plan("web");
  placing.offer({});
  tick(placing);
  assert.equal(placing.take("decline").length, 1);
  placing.advance(1000);
  placing.turn((turn) => turn.put("request", "web", known));
  tick(placing);
  assert.deepEqual(
    placing.take("wantOffers").map(({ wanted }) => wanted),
    [true],
  );
});
