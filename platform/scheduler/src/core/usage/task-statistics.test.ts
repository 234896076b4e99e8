import assert from "node:assert/strict";
import { test } from "node:test";
import { taskStatisticsOf } from "./task-statistics.ts";

test("taskStatisticsOf() says what was measured under both names, and 0 for what was not", () => {
  const answer = taskStatisticsOf({ mem_rss_bytes: 4096, timestamp: 12.5 });
  assert.equal(answer.mem_rss_bytes, 4096);
  assert.equal(answer.memRssBytes, 4096);
  assert.equal(answer.diskUsedBytes, 0);
  assert.equal(answer.timestamp, 12.5);
});
