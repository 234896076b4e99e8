import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { restartsAllowed } from "./restarts-allowed.ts";

test("restartsAllowed() restarts a share of the instances at once, but always one", () => {
  const at = (instances: number, unhealthy: number, restarting: number, share = 0.34) =>
    restartsAllowed({ instances, unhealthy, restarting, share });
  assert.equal(at(1, 1, 0), 1);
  assert.equal(at(3, 3, 0), 1);
  assert.equal(at(3, 2, 1), 0);
  assert.equal(at(10, 10, 0), 3);
  assert.equal(at(10, 10, 2), 1);
  assert.equal(at(10, 1, 0), 1);
  assert.equal(at(100, 100, 0, 0.29), 29);
  assert.equal(at(4, 4, 0, 0), 1);
  assert.equal(at(4, 4, 0, 1), 4);
  assert.equal(at(2, 0, 0), 0);
});

test("restartsAllowed() never has more under way than the share, nor a restart without somebody unhealthy", () => {
  fc.assert(
    fc.property(
      fc.nat(500),
      fc.nat(500),
      fc.nat(500),
      fc.float({ min: 0, max: 1, noNaN: true }),
      (instances, unhealthy, restarting, share) => {
        const allowed = restartsAllowed({ instances, unhealthy, restarting, share });
        assert.ok(allowed >= 0 && allowed <= unhealthy);
        if (allowed > 0) assert.ok(allowed + restarting <= Math.max(1, instances * share + 1e-6));
        if (unhealthy > 0 && restarting === 0) assert.ok(allowed >= 1);
      },
    ),
  );
});
