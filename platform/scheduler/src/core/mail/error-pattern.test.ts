import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "@tavola/base";
import { defaultSchedulerConfig } from "../scheduler-config.ts";
import { validateRequest } from "../validation/validate-request.ts";
import { parseErrorPattern } from "./error-pattern.ts";
import { defaultMailSettings, validateMailSettings } from "./mail-settings.ts";

test("parseErrorPattern() understands Java's flags at the beginning", () => {
  assert.equal(parseErrorPattern("error")?.test("ERROR"), false);
  assert.equal(parseErrorPattern("error", false)?.test("ERROR"), true);
  assert.equal(parseErrorPattern("(?i)error")?.test("ERROR"), true);
  assert.equal(parseErrorPattern("(?ism)^a.b", false)?.flags, "ims");
  assert.equal(parseErrorPattern("(?s)a.b")?.test("a\nb"), true);
  assert.equal(parseErrorPattern("(?i)\nx")?.test("\nX"), true);
  for (const wrong of ["(", "(?i)(", "(?x)a", "a++"]) {
    assert.equal(parseErrorPattern(wrong), undefined, wrong);
  }
});

test("requests and operators may write such an expression", () => {
  const context = { config: defaultSchedulerConfig, now: instant(0), activeAgents: 0 };
  const judge = (taskLogErrorRegex: string) =>
    validateRequest({ id: "web", requestType: "SERVICE", taskLogErrorRegex }, context);
  assert.equal(judge("(?i)exception").refusal, undefined);
  assert.match(judge("(?i)(").refusal?.message ?? "", /is not a regular expression/);
  const settings = (errorRegex: string) => ({
    ...defaultMailSettings,
    logs: { ...defaultMailSettings.logs, errorRegex },
  });
  assert.equal(validateMailSettings(settings("(?is)exception")), undefined);
  assert.match(validateMailSettings(settings("(")) ?? "", /is no regular expression/);
});
