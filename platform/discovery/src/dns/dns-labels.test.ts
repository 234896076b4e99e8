import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalLabel, domainFragmentOf, labelOf, shortHash } from "./dns-labels.ts";

// mesos-dns's own cases: records/labels/labels_test.go (RFC 1123).
test("labelOf() keeps what mesos-dns keeps", () => {
  assert.equal(labelOf("4abc123"), "4abc123");
  assert.equal(labelOf("-4abc123"), "4abc123");
  assert.equal(labelOf("fd%gsf---gs7-f$gs--d7fddg-123"), "fdgsf---gs7-fgs--d7fddg-123");
  const long = "fdgsf---gs7-fgs--d7fddg1234567890123456789012345678901234567891";
  const digits = "123456789012345678901234567890123456789";
  assert.equal(labelOf(`fd%gsf---gs7-f$gs--d7fddg${digits}-123`), long);
  assert.equal(labelOf(`%%fdgsf---gs7-fgs--d7fddg${digits}---123`), long);
  assert.equal(labelOf(`##fdgsf---gs7-fgs--d7fddg${digits}-`), `fdgsf---gs7-fgs--d7fddg${digits}`);
  const dashes = `hello${"-".repeat(56)}f`;
  assert.equal(labelOf(dashes), dashes);
  assert.equal(labelOf("Fd%gsf.gs7_f"), "fdgsf-gs7-f");
  assert.equal(labelOf("%$!"), "");
});

test("domainFragmentOf() keeps dots between labels", () => {
  assert.equal(domainFragmentOf("marathon.prod"), "marathon.prod");
  assert.equal(domainFragmentOf("..Marathon._-.prod."), "marathon.prod");
  const name = "pod_123$abc.marathon-0.6.0-dev.mesos";
  assert.equal(domainFragmentOf(name), "pod-123abc.marathon-0.6.0-dev.mesos");
});

test("shortHash() is mesos-dns's: five characters of z-base-32 of the SHA-1", () => {
  // SHA-1 of "" begins da39a3ee: 11011 01000 11100 11010 00111.
  assert.equal(shortHash(""), "5eh48");
  // records/generator_test.go
  assert.equal(shortHash("test"), "iffe9");
});

test("every name makes labels that may stand in DNS", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 120 }), fc.string({ maxLength: 60 }), (name, agentId) => {
      const label = labelOf(name);
      assert.match(label, /^([a-z0-9]([a-z0-9-]*[a-z0-9])?)?$/);
      assert.ok(label.length <= 63);
      assert.equal(labelOf(label), label);
      if (label === "") return;
      const canonical = canonicalLabel(label, name, agentId);
      assert.match(canonical, /^[a-z0-9][a-z0-9-]*$/);
      assert.ok(canonical.length <= 63);
    }),
  );
});
