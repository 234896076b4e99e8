/** What wrk prints is read as it is meant. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseWrk } from "./wrk.ts";

const text = `Running 2s test @ http://127.0.0.1:18101/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.73ms    1.02ms  21.40ms   86.31%
    Req/Sec    19.02k     2.11k   23.01k    70.00%
  Latency Distribution
     50%    1.53ms
     75%    2.02ms
     90%    2.71ms
     99%    5.61ms
  37857 requests in 2.00s, 40.51MB read
`;
const rate = "Requests/sec:  18901.25\nTransfer/sec:     20.22MB\n";

test("parseWrk() reads rate, latency and that nothing failed", () => {
  assert.deepEqual(parseWrk(text + rate), {
    requestsPerSecond: 18901.25,
    requests: 37857,
    p99Ms: 5.61,
    failed: 0,
  });
});

test("parseWrk() counts broken connections and answers that are refusals", () => {
  const broken = "  Socket errors: connect 1, read 2, write 3, timeout 4\n";
  const refused = "  Non-2xx or 3xx responses: 5\n";
  assert.equal(parseWrk(text + broken + refused + rate).failed, 15);
});

test("parseWrk() throws at what it does not know", () => {
  assert.throws(() => parseWrk("unable to connect"), /cannot read/);
});
