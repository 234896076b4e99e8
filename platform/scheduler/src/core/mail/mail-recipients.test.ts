import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, type RecipientInput, recipientsOf } from "./mail-recipients.ts";
import { defaultMailSettings, destinationsOf, validateMailSettings } from "./mail-settings.ts";

const everybody: RecipientInput = {
  destinations: ["OWNERS", "ADMINS", "ACTION_TAKER"],
  owners: ["owner@example.com"],
  admins: ["admin@example.com"],
  actionTaker: "actor@example.com",
  lists: { blocked: [], allowed: [] },
  optIn: false,
};

test("recipientsOf() writes to owners and the actor, with the admins in copy", () => {
  assert.deepEqual(recipientsOf(everybody), {
    to: ["owner@example.com", "actor@example.com"],
    cc: ["admin@example.com"],
  });
});

test("recipientsOf() writes to the admins where no owner is, or owners are not meant", () => {
  const admins = { to: ["admin@example.com"], cc: [] };
  const { actionTaker: _, ...noActor } = everybody;
  assert.deepEqual(recipientsOf({ ...noActor, owners: [] }), admins);
  assert.deepEqual(recipientsOf({ ...noActor, destinations: ["ADMINS"] }), admins);
  assert.deepEqual(recipientsOf({ ...noActor, owners: ["not an address"] }), admins);
});

test("recipientsOf() leaves out who acted, unless the type is for him, whatever the case", () => {
  const input: RecipientInput = { ...everybody, actionTaker: "Owner@Example.com" };
  assert.deepEqual(recipientsOf({ ...input, destinations: ["OWNERS", "ADMINS"] }), {
    to: ["admin@example.com"],
    cc: [],
  });
  assert.deepEqual(recipientsOf(input).to, ["owner@example.com"]);
});

test("recipientsOf() writes to nobody twice", () => {
  const input = { ...everybody, admins: ["OWNER@example.com", "admin@example.com"] };
  assert.deepEqual(recipientsOf(input).cc, ["admin@example.com"]);
});

test("recipientsOf() leaves out the unsubscribed, or all but the subscribed in opt-in mode", () => {
  const blocked = { ...everybody, lists: { blocked: ["OWNER@example.com"], allowed: [] } };
  assert.deepEqual(recipientsOf(blocked).to, ["actor@example.com"]);
  const optIn = { ...everybody, optIn: true };
  assert.deepEqual(recipientsOf(optIn), { to: [], cc: [] });
  const allowed = { blocked: [], allowed: ["admin@example.com"] };
  assert.deepEqual(recipientsOf({ ...optIn, lists: allowed }), {
    to: ["admin@example.com"],
    cc: [],
  });
});

test("addressOf() takes a bare address out of a named one, and nothing that could be two or a header", () => {
  assert.equal(addressOf("Jo Doe <jo@example.com>"), "jo@example.com");
  assert.equal(addressOf(" jo@example.com "), "jo@example.com");
  for (const text of [
    "jo",
    "",
    "jo@example.com\r\nBcc: all@example.com",
    "a@b.c,d@e.f",
    "a b@c.d",
    "@example.com",
    `${"x".repeat(400)}@example.com`,
  ]) {
    assert.equal(addressOf(text), undefined, JSON.stringify(text));
  }
});

test("destinationsOf() lets a request override its own, also with nobody", () => {
  const request = {
    id: "web",
    requestType: "SERVICE",
    emailConfigurationOverrides: { TASK_FAILED: [], TASK_KILLED: ["OWNERS"] },
  } as const;
  assert.deepEqual(destinationsOf(defaultMailSettings, "TASK_FAILED", request), []);
  assert.deepEqual(destinationsOf(defaultMailSettings, "TASK_KILLED", request), ["OWNERS"]);
  assert.deepEqual(destinationsOf(defaultMailSettings, "TASK_KILLED", undefined), []);
  assert.deepEqual(destinationsOf(defaultMailSettings, "TASK_LOST", request), [
    "ADMINS",
    "ACTION_TAKER",
  ]);
  assert.deepEqual(destinationsOf(defaultMailSettings, "DEPLOY_SUCCEEDED", request), []);
});

test("validateMailSettings() names the setting that makes no sense", () => {
  const logs = defaultMailSettings.logs;
  assert.equal(validateMailSettings(defaultMailSettings), undefined);
  assert.match(
    validateMailSettings({ ...defaultMailSettings, timeZone: "Mars" }) ?? "",
    /^mailerTimeZone/,
  );
  assert.match(
    validateMailSettings({ ...defaultMailSettings, uiBaseUrl: "ui" }) ?? "",
    /^uiBaseUrl/,
  );
  const bad = { ...defaultMailSettings, logs: { ...logs, errorRegex: "(" } };
  assert.match(validateMailSettings(bad) ?? "", /^taskLogErrorRegex/);
});
