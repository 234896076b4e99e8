import assert from "node:assert/strict";
import { test } from "node:test";
import { simulateServices } from "./simulate-services.ts";

const isAnnouncing = true;

test("one seed of services that are announced is one history", async () => {
  const a = await simulateServices(2, { isAnnouncing });
  const b = await simulateServices(2, { isAnnouncing });
  assert.equal(a.hash, b.hash);
});

test("services, seeds 1 to 15 with discovery: who asks it finds what is healthy, and nothing that is gone", async () => {
  for (let seed = 1; seed <= 15; seed += 1) {
    const { failure } = await simulateServices(seed, { isAnnouncing });
    const how = `npm run -s simulate -- --services --announcing --seeds=1 --first=${seed} --log`;
    assert.equal(failure?.message, undefined, `seed ${seed}: ${failure?.message}\n${how}`);
  }
});
