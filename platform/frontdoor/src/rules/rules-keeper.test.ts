import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger, simulatedClock } from "@tavola/host";
import { RulesKeeper } from "./rules-keeper.ts";

function keeper() {
  const clock = simulatedClock();
  const kept = new RulesKeeper({
    clock,
    logger: silentLogger,
    apply: async () => {},
    judged: () => {},
  });
  const found = (id: string, text: string, isFormer = false) =>
    kept.found({ text, file: "f", version: { id, name: id }, isFormer });
  return { clock, kept, found };
}

test("a refusal stands until something newer is taken", async () => {
  const { clock, kept, found } = keeper();
  await found("1", "passthru a");
  await found("2", "nonsense");
  assert.deepEqual(
    [kept.status.active?.version.id, kept.status.newestRefused?.version.id],
    ["1", "2"],
  );
  clock.advance(1000);
  await found("3", "passthru b");
  assert.equal(kept.status.newestRefused, undefined);
  assert.equal(kept.status.refused.length, 1);
});

test("after a start, a refusal stands also when what was good before is taken after it", async () => {
  const { clock, kept, found } = keeper();
  await found("2", "nonsense");
  clock.advance(1000);
  await found("1", "passthru a", true);
  assert.deepEqual(
    [kept.status.active?.version.id, kept.status.newestRefused?.version.id],
    ["1", "2"],
  );
});
