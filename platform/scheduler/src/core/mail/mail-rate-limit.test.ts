import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { MailCount } from "../records.ts";
import { isCountStale, mailCounted, mailSent, type RateVerdict } from "./mail-rate-limit.ts";
import { defaultMailSettings as settings } from "./mail-settings.ts";

const minuteMs = 60_000;

function play(times: readonly number[]): RateVerdict[] {
  let count: MailCount | undefined;
  return times.map((at) => {
    const counted = mailCounted(settings, count, at);
    count = counted.count;
    return counted.verdict;
  });
}

test("mailCounted() sends five in ten minutes, then a notice, then is silent for an hour, and begins anew", () => {
  const flood = [0, 1, 2, 3, 4, 5, 6, 50].map((minute) => minute * minuteMs);
  assert.deepEqual(play([...flood, 65 * minuteMs, 66 * minuteMs]), [
    ...Array(5).fill("send"),
    "notice",
    "silence",
    "silence",
    "send",
    "send",
  ]);
});

test("mailCounted() never minds mails that come slowly", () => {
  assert.deepEqual(
    new Set(play([0, 3, 6, 9, 12, 15, 18, 21].map((m) => m * minuteMs))),
    new Set(["send"]),
  );
});

test("mailCounted() counts nothing where the limit is off", () => {
  const off = { ...settings, rateLimitAfter: 0 };
  assert.deepEqual(mailCounted(off, undefined, 1), { verdict: "send", count: undefined });
});

test("mailSent() keeps what went within the period, once, and the silence that a notice told of", () => {
  const count = mailSent(settings, { sentAt: [0, 5 * minuteMs] }, 11 * minuteMs);
  assert.deepEqual(count, { sentAt: [5 * minuteMs, 11 * minuteMs] });
  assert.deepEqual(mailSent(settings, count, 11 * minuteMs, 70 * minuteMs), {
    sentAt: [5 * minuteMs, 11 * minuteMs],
    silentUntil: 70 * minuteMs,
  });
});

test("isCountStale() forgets what can change nothing", () => {
  const count = { sentAt: [0] };
  assert.equal(isCountStale(settings, count, 9 * minuteMs), false);
  assert.equal(isCountStale(settings, count, 10 * minuteMs), true);
  const silent = { sentAt: [0], silentUntil: 60 * minuteMs };
  assert.equal(isCountStale(settings, silent, 59 * minuteMs), false);
  assert.equal(isCountStale(settings, silent, 60 * minuteMs), true);
});

test("whatever comes when, at most five mails and one notice fall into any ten minutes", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20 * minuteMs), { maxLength: 60 }), (gaps) => {
      let now = 0;
      const times = gaps.map((gap) => {
        now += gap;
        return now;
      });
      const told = play(times).flatMap((verdict, i) =>
        verdict === "silence" ? [] : [times[i] as number],
      );
      for (const at of told) {
        assert.ok(told.filter((other) => other >= at && other - at < 10 * minuteMs).length <= 6);
      }
    }),
  );
});
