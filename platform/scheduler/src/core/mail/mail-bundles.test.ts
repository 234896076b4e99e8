import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleTaskId, sampleTaskMail } from "../../testing/sample-mail.ts";
import { type AddressedMail, bundleMails, groupKeyOf } from "./mail-bundles.ts";

function mailTo(key: string, to: readonly string[], cc: readonly string[] = []): AddressedMail {
  const record = sampleTaskMail("TASK_LOST", sampleTaskId(1), ["TASK_LOST"]);
  return { key, record, to, cc };
}

test("bundleMails() makes one mail of forty to the same people", () => {
  const mails = Array.from({ length: 40 }, (_, index) => mailTo(`m${index}`, ["admin@x.y"]));
  const bundles = bundleMails(mails);
  assert.equal(bundles.length, 1);
  assert.deepEqual([bundles[0]?.to, bundles[0]?.mails.length], [["admin@x.y"], 40]);
});

test("bundleMails() gives each owner his own and the admin all in one", () => {
  const bundles = bundleMails([
    mailTo("1", ["a@x.y"], ["admin@x.y"]),
    mailTo("2", ["b@x.y"], ["admin@x.y"]),
    mailTo("3", ["A@x.y", "c@x.y"], ["admin@x.y"]),
  ]);
  assert.deepEqual(
    bundles.map(({ to, cc, mails }) => [to, cc, mails.map(({ key }) => key).join("")]),
    [
      [["a@x.y"], [], "13"],
      [["admin@x.y"], [], "123"],
      [["b@x.y"], [], "2"],
      [["c@x.y"], [], "3"],
    ],
  );
});

test("bundleMails() keeps To and Cc of a mail that is alone", () => {
  const [bundle] = bundleMails([mailTo("1", ["a@x.y", "b@x.y"], ["admin@x.y"])]);
  assert.deepEqual([bundle?.to, bundle?.cc], [["a@x.y", "b@x.y"], ["admin@x.y"]]);
});

test("bundleMails() writes to everybody once about everything that was for him, and about nothing else", () => {
  const address = fc.constantFrom("a@x.y", "b@x.y", "c@x.y", "d@x.y");
  const addressed = fc.record({ to: fc.uniqueArray(address), cc: fc.uniqueArray(address) });
  fc.assert(
    fc.property(fc.array(addressed, { maxLength: 12 }), (inputs) => {
      const mails = inputs.map(({ to, cc }, index) => mailTo(`m${index}`, to, cc));
      const told = new Map<string, string[]>();
      for (const bundle of bundleMails(mails)) {
        assert.ok(bundle.to.length > 0);
        for (const reader of [...bundle.to, ...bundle.cc]) {
          assert.ok(!told.has(reader), `${reader} is written to twice`);
          told.set(
            reader,
            bundle.mails.map(({ key }) => key),
          );
        }
      }
      for (const reader of ["a@x.y", "b@x.y", "c@x.y", "d@x.y"]) {
        const due = mails.filter(({ to, cc }) => to.includes(reader) || cc.includes(reader));
        assert.deepEqual(
          told.get(reader) ?? [],
          due.map(({ key }) => key),
        );
      }
    }),
  );
});

test("groupKeyOf() holds together what has one cause, or tasks of one request that end alike", () => {
  const lost = { ...mailTo("1", []).record, cause: "agent:a1" };
  assert.equal(groupKeyOf(lost), "TASK_LOST agent:a1");
  const failed = sampleTaskMail("TASK_FAILED", sampleTaskId(1), ["TASK_FAILED"]);
  assert.equal(groupKeyOf(failed), "TASK_FAILED request:web");
  assert.equal(groupKeyOf({ type: "REQUEST_PAUSED", at: 1, requestId: "web" }), undefined);
});
