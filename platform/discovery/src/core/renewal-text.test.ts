import assert from "node:assert/strict";
import { test } from "node:test";
import { announcementOf } from "./announcement.ts";
import { Catalogue } from "./catalogue.ts";
import { rememberRenewal, renewedBy } from "./renewal-text.ts";

const json = '{"announcementId":"a","serviceType":"web","serviceUri":"http://h"}';
/** The same in another order, with another id where a hasty reader would look for it. */
const turned =
  '{"serviceType":"web", "serviceUri":"http://h", "announcementId": "a", "metadata":{"announcementId":"b"}}';

function announced(...texts: readonly string[]): Catalogue {
  const catalogue = new Catalogue();
  catalogue.reset(
    "generation",
    1,
    texts.map((text) => announcementOf(text, undefined)),
  );
  return catalogue;
}

test("renewedBy() knows an announcement by all of its text, and by nothing less", () => {
  const catalogue = announced(json);
  assert.equal(renewedBy(catalogue, json)?.id, "a");
  for (const other of [
    `${json} `,
    json.replace("web", "wet"),
    json.replace('"a"', '"b"'),
    json.replace('"a"', '"\\u0061"'),
    json.slice(0, -1),
    "",
    "{}",
  ]) {
    assert.equal(renewedBy(catalogue, other), undefined, other);
  }
});

test("a text that was read once is known until the announcement changes or is gone", () => {
  const catalogue = announced(json, '{"announcementId":"b","serviceType":"web"}');
  const entry = catalogue.get("a");
  assert.ok(entry);
  assert.equal(renewedBy(catalogue, turned), undefined);
  rememberRenewal(entry, turned);
  assert.equal(renewedBy(catalogue, turned), entry);
  assert.equal(renewedBy(catalogue, json), entry, "its own text is known as well");
  const announcement = announcementOf(json.replace("http://h", "http://i"), undefined);
  catalogue.apply({ index: 2, operations: [{ kind: "put", announcement }] });
  assert.equal(renewedBy(catalogue, turned), undefined, "it says something else now");
  catalogue.apply({ index: 3, operations: [{ kind: "withdraw", id: "a" }] });
  assert.equal(renewedBy(catalogue, announcement.json), undefined);
});

test("a text that is white space for the most part is not kept", () => {
  const catalogue = announced(json);
  const entry = catalogue.get("a");
  assert.ok(entry);
  const padded = json.replace("{", `{${" ".repeat(2 * json.length)}`);
  rememberRenewal(entry, padded);
  assert.equal(renewedBy(catalogue, padded), undefined);
});
