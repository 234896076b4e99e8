import assert from "node:assert/strict";
import { test } from "node:test";
import { isSignedBy } from "./webhook-signature.ts";

const body = Buffer.from("Hello, World!");
/** GitHub's own example: https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries */
const secret = "It's a Secret to Everybody";
const digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

test("isSignedBy() knows how each host of repositories signs", () => {
  const signs = [
    { "x-hub-signature-256": `sha256=${digest}` },
    { "x-gitea-signature": digest },
    { "x-gitlab-token": secret },
  ];
  for (const headers of signs) assert.ok(isSignedBy(secret, { headers, body }));
});

test("isSignedBy() refuses another secret, another body, and no signature", () => {
  const headers = { "x-hub-signature-256": `sha256=${digest}` };
  assert.ok(!isSignedBy("another", { headers, body }));
  assert.ok(!isSignedBy(secret, { headers, body: Buffer.from("Hello, World?") }));
  assert.ok(!isSignedBy(secret, { headers: {}, body }));
  assert.ok(!isSignedBy(secret, { headers: { "x-gitlab-token": "another" }, body }));
  assert.ok(!isSignedBy(secret, { headers: { "x-hub-signature-256": digest }, body }));
});
