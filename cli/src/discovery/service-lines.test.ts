import assert from "node:assert/strict";
import { test } from "node:test";
import { changeJson, changeLines, serviceTable } from "./service-lines.ts";

const web = {
  announcementId: "w1",
  serviceType: "web",
  serviceUri: "http://10.0.0.7:8080",
  feature: "v2",
  metadata: { zone: "a", weight: "2" },
};
const mail = { announcementId: "m1", serviceType: "mail", serviceUri: "http://10.0.0.8:25" };

test("serviceTable() has a line per announcement, by service and address", () => {
  assert.equal(
    serviceTable([web, mail]),
    `SERVICE  URI                   WEIGHT  ZONE  ID
mail     http://10.0.0.8:25         1  -     m1
web:v2   http://10.0.0.7:8080       2  a     w1
`,
  );
});

test("changeLines() and changeJson() say what came, went and changed", () => {
  const change = { added: [web], changed: [], removed: [mail] };
  assert.equal(
    changeLines(change),
    "- mail  http://10.0.0.8:25  m1\n+ web:v2  http://10.0.0.7:8080  w1\n",
  );
  const lines = changeJson({ added: [], changed: [mail], removed: [] });
  assert.deepEqual(JSON.parse(lines), { change: "changed", announcement: mail });
});
