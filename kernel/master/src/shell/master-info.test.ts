import assert from "node:assert/strict";
import test from "node:test";
import { asId, type MasterId } from "@tavola/base";
import { createMasterInfo, decodeMasterInfo, encodeMasterInfo } from "./master-info.ts";

/** What a Mesos 1.12 master wrote to ZooKeeper, recorded. */
const recorded =
  '{"address":{"hostname":"localhost","ip":"127.0.0.1","port":15050},"capabilities":[{"type":"AGENT_UPDATE"},{"type":"AGENT_DRAINING"},{"type":"QUOTA_V2"}],"hostname":"localhost","id":"f6e9e499-ad82-4954-816b-cb88c5b72d74","ip":16777343,"pid":"master@127.0.0.1:15050","port":15050,"version":"1.12.0"}';

test("a master's node is Mesos's to the byte, but for what the master can do", () => {
  const info = createMasterInfo({
    id: asId<MasterId>("f6e9e499-ad82-4954-816b-cb88c5b72d74"),
    ip: "127.0.0.1",
    port: 15050,
    hostname: "localhost",
  });
  const { capabilities } = JSON.parse(recorded);
  assert.equal(
    Buffer.from(encodeMasterInfo({ ...info, version: "1.12.0", capabilities })).toString(),
    recorded,
  );
});

test("a Mesos master's node is read, and written again as it was", () => {
  const { value } = decodeMasterInfo(Buffer.from(recorded));
  assert.ok(value);
  assert.equal(Buffer.from(encodeMasterInfo(value)).toString(), recorded);
});

test("a node that says something else is refused", () => {
  for (const text of ["", "127.0.0.1:2181", "[]", '{"id":"x"}']) {
    assert.match(decodeMasterInfo(Buffer.from(text)).error ?? "", /cannot be read/, text);
  }
});
