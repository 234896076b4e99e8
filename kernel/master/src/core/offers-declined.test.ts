/** Offers that are given back, taken back or not wanted. */

import assert from "node:assert/strict";
import test from "node:test";
import { CoreFixture } from "../testing/core-fixture.ts";

test("DECLINE gives an offer back and keeps it away for as long as asked", () => {
  const f = new CoreFixture();
  f.register();
  const framework = f.subscribe("s");
  const decline = (filters?: { refuse_seconds: number }) =>
    f.call(framework, {
      type: "DECLINE",
      decline: { offer_ids: f.offers("s").map(({ id }) => id), ...(filters && { filters }) },
    });
  decline({ refuse_seconds: 60 });
  f.advance(59_000);
  assert.deepEqual(f.offers("s"), []);
  f.advance(1000);
  // Negative means the default of 5 s.
  decline({ refuse_seconds: -3 });
  f.advance(4000);
  assert.deepEqual(f.offers("s"), []);
  f.advance(1000);
  decline();
  f.call(framework, { type: "REVIVE" });
  assert.equal(f.offers("s").length, 1);
  assert.equal(framework.counters.get("offers/declined"), 3);
});

test("DECLINE passes over offers that are gone or another's", () => {
  const f = new CoreFixture();
  f.register();
  const framework = f.subscribe("s");
  const [offer] = f.offers("s");
  const other = f.subscribe("s2");
  const offer_ids = [{ value: "gone" }, { value: offer?.id.value ?? "" }];
  f.call(other, { type: "DECLINE", decline: { offer_ids } });
  assert.equal(framework.offers.size, 1);
});

test("an offer is rescinded at its timeout", () => {
  const f = new CoreFixture({ offerTimeoutMs: 10_000 });
  f.register();
  f.subscribe("s");
  const [offer] = f.offers("s");
  f.advance(10_000);
  assert.deepEqual(f.takeEvents("s"), [{ type: "RESCIND", rescind: { offer_id: offer?.id } }]);
  assert.equal(f.offers("s").length, 1);
});

test("SUPPRESS and REVIVE are by role, and void when one is not the framework's", () => {
  const f = new CoreFixture();
  f.register();
  const framework = f.subscribe("s", { roles: ["web", "eng"] });
  f.call(framework, { type: "SUPPRESS", suppress: { roles: ["web", "x"] } });
  assert.deepEqual([...framework.suppressedRoles], []);
  f.call(framework, { type: "SUPPRESS", suppress: {} });
  assert.deepEqual([...framework.suppressedRoles].sort(), ["eng", "web"]);
  assert.deepEqual(f.offers("s"), []);
  f.call(framework, { type: "REVIVE", revive: { roles: ["eng"] } });
  assert.equal(f.offers("s")[0]?.allocation_info?.role, "eng");
});
