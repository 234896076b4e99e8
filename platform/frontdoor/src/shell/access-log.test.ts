import assert from "node:assert/strict";
import { readFileSync, renameSync } from "node:fs";
import { test } from "node:test";
import { silentLogger, simulatedClock, systemClock } from "@tavola/host";
import { endedRequest } from "../testing/scripted-plane.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { waitUntil } from "../testing/wait-until.ts";
import { AccessLog } from "./access-log.ts";

const parts = { clock: systemClock(), logger: silentLogger };

test("a request is a line, and nothing that a client sent ends it", async (context) => {
  const path = `${await temporaryFolder(context)}/access.log`;
  const log = new AccessLog({ path, format: "combined", ...parts });
  log.add(
    endedRequest({ uri: '/a"b\n', userAgent: "curl\\8\x7f", service: undefined, line: undefined }),
  );
  await log.close();
  assert.match(
    readFileSync(path, "utf8"),
    /^192\.0\.2\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/a\\"b\\x0a HTTP\/1\.1" 200 10 "-" "curl\\\\8\\x7f" "www\.example\.com" - - "http:\/\/127\.0\.0\.1:2" 3\.000\n$/,
  );
});

test("JSON lines have all that is known", async (context) => {
  const path = `${await temporaryFolder(context)}/access.log`;
  const log = new AccessLog({ path, format: "json", ...parts });
  log.add(endedRequest({ uri: "/x\n", durationMs: 1.23456 }));
  await log.close();
  const lines = readFileSync(path, "utf8").trim().split("\n");
  assert.equal(lines.length, 1);
  const { uri, durationMs, status, time } = JSON.parse(lines[0] ?? "");
  assert.deepEqual([uri, durationMs, status], ["/x\n", 1.235, 200]);
  assert.equal(new Date(time).toISOString(), time);
});

test("what a slow disk does not take is counted, not kept", async () => {
  const batches: string[] = [];
  const taken = Promise.withResolvers<void>();
  const log = new AccessLog({
    path: "none",
    format: "combined",
    ...parts,
    bufferCharactersMax: 1000,
    write: async (batch) => {
      batches.push(batch);
      await taken.promise;
    },
  });
  log.add(endedRequest());
  await waitUntil(() => batches.length === 1, "the first batch");
  for (let n = 0; n < 100; n += 1) log.add(endedRequest());
  assert.ok(log.dropped > 80 && log.dropped < 100, String(log.dropped));
  taken.resolve();
  await log.close();
  assert.equal(batches.join("").split("\n").length - 1, 101 - log.dropped);
});

test("a file that was moved away is opened anew, and one that cannot be written is said so once", async (context) => {
  const folder = await temporaryFolder(context);
  const clock = simulatedClock();
  const path = `${folder}/access.log`;
  const log = new AccessLog({ path, format: "combined", clock, logger: silentLogger });
  log.add(endedRequest({ uri: "/1" }));
  await log.close();
  const again = new AccessLog({ path, format: "combined", clock, logger: silentLogger });
  again.add(endedRequest({ uri: "/2" }));
  await waitUntil(() => readFileSync(path, "utf8").includes("/2"), "the second line");
  renameSync(path, `${path}.1`);
  clock.advance(2000);
  again.add(endedRequest({ uri: "/3" }));
  await again.close();
  assert.match(readFileSync(path, "utf8"), /"GET \/3 /);
  const errors: string[] = [];
  const logger = {
    ...silentLogger,
    error: (_: object, message: string) => void errors.push(message),
  };
  const bad = new AccessLog({ path: `${folder}/no/such/folder`, format: "json", clock, logger });
  bad.add(endedRequest());
  await bad.close();
  bad.add(endedRequest());
  await bad.close();
  assert.deepEqual([errors.length, bad.dropped], [1, 2]);
});
