import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger, simulatedClock } from "@tavola/host";
import { type SendJob, SendQueue } from "./send-queue.ts";
import type { OutgoingMail, SendResult } from "./smtp-sender.ts";
import { defaultSmtpSettings } from "./smtp-settings.ts";

const sent: SendResult = { kind: "sent", refused: [], later: [] };
const down: SendResult = { kind: "serverFailed", reason: "away" };
const minuteMs = 60_000;

/** A queue under simulated time to a server that answers as told. */
function simulated(answer: (mail: OutgoingMail) => SendResult | Promise<SendResult>) {
  const clock = simulatedClock();
  const tried: string[] = [];
  const ends: string[] = [];
  const sender = {
    async send(mail: OutgoingMail) {
      tried.push(`${mail.messageId} to ${mail.recipients} at ${clock.now() - 1000}`);
      return answer(mail);
    },
  };
  const queue = new SendQueue({
    sender,
    settings: defaultSmtpSettings,
    clock,
    logger: silentLogger,
  });
  const jobOf = (id: string, compose?: SendJob["compose"]): SendJob => ({
    id,
    since: clock.now(),
    compose:
      compose ??
      (async () => ({
        messageId: id,
        to: ["a", "b"],
        cc: [],
        recipients: ["a", "b"],
        subject: "",
        text: "",
        html: "",
      })),
    ended: (end) => ends.push(`${id} ${end}`),
  });
  return { clock, tried, ends, queue, jobOf };
}

test("a queue sends a few at once", async () => {
  const waiting: (() => void)[] = [];
  const { clock, tried, ends, queue, jobOf } = simulated(
    () => new Promise<SendResult>((resolve) => waiting.push(() => resolve(sent))),
  );
  for (const id of ["1", "2", "3", "4", "5"]) queue.add(jobOf(id));
  await clock.advanceSettling(0);
  assert.deepEqual([tried.length, queue.counts.waiting], [3, 2]);
  for (let index = 0; index < 5; index += 1) {
    waiting[index]?.();
    await clock.advanceSettling(0);
  }
  assert.deepEqual(ends, ["1 sent", "2 sent", "3 sent", "4 sent", "5 sent"]);
  assert.equal(clock.waiting, 0);
});

test("a queue whose server fails waits, doubling, with one mail trying for all, and composes none twice", async () => {
  let isUp = false;
  let composed = 0;
  const { clock, tried, ends, queue, jobOf } = simulated(() => (isUp ? sent : down));
  const compose = async (): Promise<OutgoingMail> => {
    composed += 1;
    return { messageId: "x", to: [], cc: [], recipients: [], subject: "", text: "", html: "" };
  };
  for (let id = 0; id < 50; id += 1) queue.add(jobOf(`${id}`, compose));
  await clock.advanceSettling(minuteMs);
  assert.ok(composed <= 3, `${composed} composed`);
  const times = tried.slice(3).map((text) => Number(text.split(" at ")[1]) / 1000);
  assert.ok(times.length >= 1 && times.length <= 5, `${tried}`);
  await clock.advanceSettling(60 * minuteMs);
  const gaps = tried.slice(-3).map((text) => Number(text.split(" at ")[1]));
  assert.equal((gaps[2] as number) - (gaps[1] as number), defaultSmtpSettings.retryMsMax);
  isUp = true;
  await clock.advanceSettling(5 * minuteMs);
  assert.equal(ends.filter((end) => end.endsWith("sent")).length, 50);
  assert.equal(composed, 50);
});

test("a queue sends to those who have not got it, later, and others go on meanwhile", async () => {
  let isFirst = true;
  const { clock, tried, ends, queue, jobOf } = simulated(({ messageId }) => {
    if (messageId !== "1" || !isFirst) return sent;
    isFirst = false;
    return { kind: "sent", refused: [], later: ["b"] };
  });
  queue.add(jobOf("1"));
  await clock.advanceSettling(0);
  queue.add(jobOf("2"));
  await clock.advanceSettling(10_000);
  assert.deepEqual(tried, ["1 to a,b at 0", "2 to a,b at 0", "1 to b at 5000"]);
  assert.deepEqual(ends, ["2 sent", "1 sent"]);
});

test("a queue drops a mail that could not be sent for a day, and one that it is told to drop", async () => {
  const { clock, ends, queue, jobOf } = simulated(() => ({ kind: "postponed", reason: "full" }));
  queue.add(jobOf("1"));
  await clock.advanceSettling(25 * 60 * minuteMs);
  assert.deepEqual(ends, ["1 dropped"]);
  assert.equal(clock.waiting, 0);
  queue.add(jobOf("2"));
  await clock.advanceSettling(0);
  queue.add(jobOf("3"));
  assert.equal(queue.dropOldest(), true);
  assert.deepEqual(ends.slice(1), ["2 dropped"]);
  await queue.close();
  assert.equal(queue.dropOldest(), false);
});

test("a queue ends a mail that cannot be composed, or says nothing, and goes on", async () => {
  const { clock, ends, queue, jobOf } = simulated(() => sent);
  queue.add(jobOf("1", () => Promise.reject(new Error("a bug"))));
  queue.add(jobOf("2", async () => undefined));
  queue.add(jobOf("3"));
  await clock.advanceSettling(0);
  assert.deepEqual(ends.sort(), ["1 refused", "2 refused", "3 sent"]);
});

test("a closed queue ends nothing", async () => {
  const answered = Promise.withResolvers<SendResult>();
  const { clock, ends, queue, jobOf } = simulated(() => answered.promise);
  queue.add(jobOf("1"));
  await clock.advanceSettling(0);
  const closed = queue.close();
  answered.resolve(sent);
  await closed;
  queue.add(jobOf("2"));
  await clock.advanceSettling(minuteMs);
  assert.deepEqual([ends, clock.waiting], [[], 0]);
});
