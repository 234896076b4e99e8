import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAnnounceRequest } from "./announce-request.ts";

test("parseAnnounceRequest() takes what is announced, and what is to run", () => {
  const words =
    "web http://h:1 --feature=v2 --metadata=zone=a --metadata=note=a=b --id=x --drain=1.5";
  const request = parseAnnounceRequest([...words.split(" "), "--", "serve", "--port=1"]);
  assert.deepEqual(request.announcement, {
    announcementId: "x",
    serviceType: "web",
    serviceUri: "http://h:1",
    feature: "v2",
    metadata: { zone: "a", note: "a=b" },
  });
  assert.deepEqual(request.command, ["serve", "--port=1"]);
  assert.equal(request.drainMs, 1500);
  assert.deepEqual(parseAnnounceRequest(["web", "http://h:1"]).announcement, {
    serviceType: "web",
    serviceUri: "http://h:1",
  });
});
