import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { announceKeys } from "./announce-keys.ts";
import { authKeys, retentionKeys, scopeKeys, webhookAuthKeys } from "./auth-keys.ts";
import {
  bucketKeys,
  coreKeys,
  crashLoopKeys,
  disasterKeys,
  healthKeys,
  offerKeys,
  shuffleKeys,
} from "./core-keys.ts";
import type { Key } from "./key.ts";
import { logTailKeys, mailKeys, smtpKeys, webhookKeys } from "./mail-keys.ts";

const reference = join(
  import.meta.dirname,
  "../../../../docs/reference/scheduler-configuration.md",
);

test("the reference names every key, ours and Singularity's", () => {
  const text = readFileSync(reference, "utf8");
  const { destinations: emails, ...mail } = mailKeys;
  const sections = {
    "": coreKeys,
    "discovery.": announceKeys,
    "health.": healthKeys,
    "offers.": offerKeys,
    "crashLoop.": crashLoopKeys,
    "crashLoop.singleInstance.": bucketKeys("singleInstance"),
    "crashLoop.multiInstance.": bucketKeys("multiInstance"),
    "crashLoop.slow.": bucketKeys("slow"),
    "disasterDetection.": disasterKeys,
    "shuffle.": shuffleKeys,
    "smtp.": { ...smtpKeys, ...mail },
    "smtp.logs.": logTailKeys,
    "webhooks.": webhookKeys,
    "auth.": authKeys,
    "auth.scopes.": scopeKeys,
    "auth.webhook.": webhookAuthKeys,
    "retention.": retentionKeys,
  };
  const names = emails.others.map(({ path }) => path);
  for (const [prefix, keys] of Object.entries(sections)) {
    for (const [name, { others }] of Object.entries(keys) as [string, Key<unknown>][]) {
      names.push(`${prefix}${name}`, ...others.map(({ path }) => path));
    }
  }
  assert.deepEqual(
    names.filter((name) => !text.includes(`\`${name}\``)),
    [],
  );
});
