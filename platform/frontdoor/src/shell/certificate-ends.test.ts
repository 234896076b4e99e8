import assert from "node:assert/strict";
import { test } from "node:test";
import { dayMs, hourMs } from "@tavola/base";
import { silentLogger, simulatedClock } from "@tavola/host";
import { type CertificateFacts, certificatesInUse } from "../core/certificate-choice.ts";
import { CertificateEnds } from "./certificate-ends.ts";

test("a certificate's end is told in the log once, and again when it has come", async (context) => {
  const clock = simulatedClock();
  const until = clock.now() + 20 * dayMs;
  let all: readonly CertificateFacts[] = [
    { path: "a.pem", names: ["a.example.com"], from: clock.now(), until },
  ];
  const told: string[] = [];
  const ends = new CertificateEnds({
    read: async () => all,
    inUse: certificatesInUse,
    clock,
    logger: {
      ...silentLogger,
      warn: (fields) => void told.push(String((fields as { trouble?: string }).trouble)),
    },
  });
  context.after(() => ends.close());
  assert.equal(ends.earliestEnd, undefined);
  await ends.look();
  assert.equal(ends.earliestEnd, until);
  assert.deepEqual([ends.troubles, told], [[], []]);
  for (let hour = 0; hour < 7 * 24; hour += 1) clock.advance(hourMs);
  const at = new Date(until).toISOString();
  const soon = `the certificate a.pem for a.example.com ends at ${at}`;
  assert.deepEqual([ends.troubles, told], [[soon], [soon]]);
  for (let hour = 0; hour < 14 * 24; hour += 1) clock.advance(hourMs);
  const expired = soon.replace("ends", "has expired");
  assert.deepEqual([ends.troubles, told], [[expired], [soon, expired]]);
  const renewed = { path: "b.pem", names: ["a.example.com"], from: 0, until: until + 90 * dayMs };
  all = [...all, renewed];
  await ends.look();
  assert.deepEqual([ends.troubles, ends.earliestEnd], [[], renewed.until]);
  assert.equal(told.length, 2);
});
