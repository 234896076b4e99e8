import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { asId, type ContainerId } from "@tavola/base";
import { simulatedClock } from "@tavola/host";
import type { ProcessPlace } from "../process-place.ts";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import { OomWatch } from "./oom-watch.ts";

function stage(t: TestContext) {
  const root = temporaryDirectory(t);
  const clock = simulatedClock();
  const machine = { kills: 5 as number | undefined, reads: 0 };
  const killed: string[] = [];
  const watch = new OomWatch({
    clock,
    onKilled: (id) => killed.push(id),
    readKills: () => {
      machine.reads += 1;
      return machine.kills;
    },
  });
  const add = (id: string, kills: number): void => {
    const oomFile = join(root, id);
    setKills(id, kills);
    const place: ProcessPlace = { directory: root, cgroups: [], shimCgroups: [], oomFile };
    watch.add(asId<ContainerId>(id), place);
  };
  const setKills = (id: string, kills: number): void =>
    writeFileSync(join(root, id), `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}\n`);
  return { clock, machine, killed, watch, add, setKills };
}

test("containers are asked only when the machine's count moves, and reported once", (t) => {
  const { clock, machine, killed, watch, add, setKills } = stage(t);
  add("a", 0);
  add("b", 0);
  setKills("a", 1);
  clock.advance(2000);
  assert.deepEqual(killed, [], "the kernel counts for the machine first");
  machine.kills = 6;
  clock.advance(1000);
  assert.deepEqual(killed, ["a"]);
  machine.kills = 7;
  clock.advance(2000);
  assert.deepEqual(killed, ["a"]);
  watch.close();
});

test("a kill in somebody else's container is nobody's business here", (t) => {
  const { clock, machine, killed, watch, add } = stage(t);
  add("a", 0);
  machine.kills = 6;
  clock.advance(2000);
  assert.deepEqual(killed, []);
  watch.close();
});

test("without the machine's count every container is asked each time", (t) => {
  const { clock, machine, killed, watch, add, setKills } = stage(t);
  machine.kills = undefined;
  add("a", 0);
  clock.advance(1000);
  setKills("a", 1);
  clock.advance(1000);
  assert.deepEqual(killed, ["a"]);
  watch.close();
});

test("nothing is read while nobody is watched", (t) => {
  const { clock, machine, watch, add } = stage(t);
  assert.equal(clock.nextAt(), undefined);
  add("a", 0);
  watch.remove(asId<ContainerId>("a"));
  const { reads } = machine;
  clock.advance(10_000);
  assert.equal(machine.reads, reads);
  assert.equal(clock.nextAt(), undefined);
});
