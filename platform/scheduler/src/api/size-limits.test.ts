import assert from "node:assert/strict";
import { test } from "node:test";
import { deployBytesMax, idCharactersMax, sizeSentence } from "./size-limits.ts";
import { prepareCluster } from "./testing/sample-cluster.ts";

const big = (bytes: number): string => "x".repeat(bytes);

test("sizeSentence() names the field, the limit and where most of it is", () => {
  const limits = { fields: { deploy: 1000 } };
  assert.equal(
    sizeSentence({ deploy: { env: { A: big(900) } }, message: "hi" }, limits),
    undefined,
  );
  assert.equal(
    sizeSentence({ deploy: { id: "d", env: { A: big(1000), B: "b" } } }, limits),
    "deploy has 1033 bytes as JSON, and at most 1000 are kept; most of it is env.A (1002)",
  );
  assert.equal(
    sizeSentence({ deploy: {}, message: big(70_000) }, limits),
    "the body has 70014 bytes as JSON, and at most 65536 are kept; most of it is message (70002)",
  );
  assert.equal(
    sizeSentence([big(20), big(20)], { what: "the list", bytesMax: 10 }),
    "the list has 47 bytes as JSON, and at most 10 are kept",
  );
  assert.match(sizeSentence(big(100_000)) ?? "", /^the body has 100002 bytes/);
  assert.equal(sizeSentence({}), undefined);
  assert.equal(sizeSentence("short"), undefined);
});

const tooLarge: readonly (readonly [target: string, body: object, text: RegExp])[] = [
  [
    "/requests",
    { id: "web", requestType: "SERVICE", requiredAgentAttributes: { a: big(300_000) } },
    /^the request has \d+ bytes as JSON, and at most 262144 are kept; most of it is requiredAgentAttributes\.a/,
  ],
  [
    "/deploys",
    { deploy: { requestId: "web", id: "d2", command: "run", env: { A: big(deployBytesMax) } } },
    /^deploy has \d+ bytes as JSON, and at most 1048576 are kept; most of it is env\.A \(\d+\)$/,
  ],
  [
    "/deploys",
    // Few bytes are sent, and many would be kept.
    {
      deploy: {
        requestId: "web",
        id: "d2",
        command: "run",
        executorData: { cmd: "x", successfulExitCodes: Array(150_000).fill(9e15) },
      },
    },
    /^deploy has \d+ bytes .* most of it is executorData\.successfulExitCodes/,
  ],
  [
    "/deploys",
    { deploy: { requestId: "web", id: "d2", command: "run" }, message: big(100_000) },
    /^the body has \d+ bytes .* most of it is message/,
  ],
  [
    "/requests/request/on-demand-idle/run",
    { commandLineArgs: Array(300).fill(big(1000)) },
    /^the run has \d+ bytes as JSON, and at most 262144 are kept; most of it is commandLineArgs/,
  ],
  ["/requests/request/web/bounce", { message: big(100_000) }, /^the body has \d+ bytes .* message/],
];

for (const [target, body, text] of tooLarge) {
  test(`POST ${target} of more than is kept is refused: ${text}`, async () => {
    const api = await prepareCluster();
    const before = JSON.stringify([...api.core.state.records.requestDeploys]);
    const answer = await api.call("POST", target, { body });
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.text, text);
    assert.equal(JSON.stringify([...api.core.state.records.requestDeploys]), before);
  });
}

test("an id in a path that nothing could be filed under is refused", async () => {
  const api = await prepareCluster();
  const id = big(idCharactersMax + 1);
  const answer = await api.call("POST", `/shuffle/blacklist/${id}`);
  assert.equal(answer.status, 400);
  assert.match(answer.text, /^requestId has 2001 characters; at most 2000 are understood$/);
  assert.equal(api.core.state.records.shuffleBlocked.size, 0);
});

test("a webhook whose address makes no key is refused", async () => {
  const api = await prepareCluster();
  const post = (uri: string) => api.call("POST", "/webhooks", { body: { uri, type: "TASK" } });
  const long = await post(`http://hooks.example/${big(2000)}`);
  assert.deepEqual(
    [long.status, long.text.slice(0, 40)],
    [400, "uri is too long: as the id of a webhook "],
  );
  const torn = await post("http://hooks.example/\ud800");
  assert.deepEqual([torn.status, torn.text], [400, "Invalid URI provided"]);
  assert.equal((await post("http://hooks.example/ok")).status, 200);
});

test("addresses that want mail, or none, are addresses, and not without end", async () => {
  const api = await prepareCluster({ config: { maxNotificationAddresses: 3 } });
  const subscribe = (body: string) => api.call("POST", "/notifications/unsubscribe", { body });
  const long = await subscribe(`${big(400)}@example.com`);
  assert.deepEqual(
    [long.status, long.text],
    [400, "A mail address has at most 320 characters, this one 412"],
  );
  for (const name of ["a", "b", "c", "c"]) {
    assert.equal((await subscribe(`${name}@example.com`)).status, 204);
  }
  const many = await subscribe("d@example.com");
  assert.deepEqual(
    [many.status, many.text],
    [409, "No more than 3 addresses are kept (maxNotificationAddresses in configuration)"],
  );
});
