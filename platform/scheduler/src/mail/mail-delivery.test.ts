import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { createMetrics, silentLogger, simulatedClock, systemClock } from "@tavola/host";
import { defaultMailSettings, type MailSettings } from "../core/mail/mail-settings.ts";
import type { MailCount, MailRecord } from "../core/records.ts";
import { startMailServer } from "../testing/mail-server.ts";
import { sampleRequest, sampleTaskId, sampleTaskMail } from "../testing/sample-mail.ts";
import type { LogReader, Sandbox } from "./log-tails.ts";
import { createMailDelivery, type MailDeliveryOptions } from "./mail-delivery.ts";
import { createSmtpSender, type OutgoingMail, type SendResult } from "./smtp-sender.ts";
import { defaultSmtpSettings } from "./smtp-settings.ts";

const settings: MailSettings = { ...defaultMailSettings, admins: ["admin@example.com"] };
const sent: SendResult = { kind: "sent", refused: [], later: [] };

function simulated(
  answer: (mail: OutgoingMail) => SendResult = () => sent,
  more: Partial<MailDeliveryOptions> = {},
) {
  const clock = simulatedClock();
  const mails: OutgoingMail[] = [];
  const delivered: string[] = [];
  const delivery = createMailDelivery({
    settings,
    smtp: defaultSmtpSettings,
    clock,
    logger: silentLogger,
    lists: () => ({ blocked: [], allowed: [] }),
    sender: {
      async send(mail) {
        const result = answer(mail);
        if (result.kind === "sent") mails.push(mail);
        return result;
      },
    },
    onDelivered: (keys) => delivered.push(...keys),
    ...more,
  });
  return { clock, mails, delivered, delivery };
}

function lostTasks(count: number, agentId = "a1"): (readonly [string, MailRecord])[] {
  return Array.from({ length: count }, (_, index) => {
    const taskId = sampleTaskId(index + 1, `service-${index}`);
    const more = { cause: `agent:${agentId}`, at: 1000 };
    return [
      `lost-${agentId}-${index}`,
      sampleTaskMail("TASK_LOST", taskId, ["TASK_RUNNING", "TASK_LOST"], more),
    ];
  });
}

function pausedMail(at: number): MailRecord {
  return { type: "REQUEST_PAUSED", at, requestId: "web", request: sampleRequest, user: "jo" };
}

test("one dead host with forty tasks of forty requests is one mail, and all forty records are delivered", async () => {
  const { clock, mails, delivered, delivery } = simulated();
  const records = lostTasks(40);
  delivery.deliver(records.slice(0, 25));
  await clock.advanceSettling(1500);
  delivery.deliver(records);
  await clock.advanceSettling(1499);
  assert.equal(mails.length, 0);
  await clock.advanceSettling(1);
  assert.equal(mails.length, 1);
  assert.deepEqual(
    [mails[0]?.to, mails[0]?.subject],
    [["admin@example.com"], "40 tasks on agent1 lost"],
  );
  for (const [, { taskHistory }] of records)
    assert.ok(mails[0]?.text.includes(taskHistory?.task.taskId.id ?? "?"));
  assert.deepEqual(delivered.sort(), records.map(([key]) => key).sort());
  await delivery.close();
});

test("two dead hosts are two mails; owners who want to know get one each about their own", async () => {
  const { clock, mails, delivery } = simulated();
  const overrides = { emailConfigurationOverrides: { TASK_LOST: ["OWNERS", "ADMINS"] } } as const;
  const records = [...lostTasks(3, "a1"), ...lostTasks(2, "a2")].map(([key, record], index) => {
    const request = { ...sampleRequest, owners: [`owner${index % 2}@example.com`], ...overrides };
    return [key, { ...record, request }] as const;
  });
  delivery.deliver(records);
  await clock.advanceSettling(3000);
  const told = mails.map(
    ({ to, cc, text }) => `${[...to, ...cc]}: ${new Set(text.match(/service-\d+-d1/g)).size}`,
  );
  assert.deepEqual(told.sort(), [
    "admin@example.com: 2",
    "admin@example.com: 3",
    "owner0@example.com: 1",
    "owner0@example.com: 2",
    "owner1@example.com: 1",
    "owner1@example.com: 1",
  ]);
  await delivery.close();
});

test("another leader goes on counting where the one before it was, and not what that had not sent", async () => {
  const kept = new Map<string, MailCount>();
  const onCounted = (key: string, count: MailCount | undefined) => {
    if (count === undefined) kept.delete(key);
    else kept.set(key, count);
  };
  let isAway = false;
  const answer = (): SendResult =>
    isAway ? { kind: "serverFailed", reason: "the server is away" } : sent;
  const first = simulated(answer, { onCounted });
  for (let index = 0; index < 3; index += 1) {
    first.delivery.deliver([[`before-${index}`, pausedMail(first.clock.now())]]);
    await first.clock.advanceSettling(1000);
  }
  isAway = true;
  const waiting = ["waits-0", "waits-1"];
  for (const key of waiting) first.delivery.deliver([[key, pausedMail(first.clock.now())]]);
  await first.clock.advanceSettling(1000);
  await first.delivery.close();
  assert.deepEqual([...kept.keys()], ["web REQUEST_PAUSED"]);
  assert.equal(kept.get("web REQUEST_PAUSED")?.sentAt.length, 3);

  isAway = false;
  const { clock } = first;
  const second = simulated(answer, { onCounted, clock, sentBefore: kept });
  second.delivery.deliver(waiting.map((key) => [key, pausedMail(clock.now())] as const));
  await clock.advanceSettling(1000);
  assert.equal(second.mails.length, 2, "what waited is sent");
  for (let index = 0; index < 4; index += 1) {
    second.delivery.deliver([[`after-${index}`, pausedMail(clock.now())]]);
    await clock.advanceSettling(1000);
  }
  assert.equal(second.mails.length, 3, "then the notice of silence");
  assert.match(second.mails.at(-1)?.subject ?? "", /limit/i);
  await second.delivery.close();
  assert.ok((kept.get("web REQUEST_PAUSED")?.silentUntil ?? 0) > clock.now());

  const third = simulated(answer, { onCounted, clock, sentBefore: kept });
  third.delivery.deliver([["silent", pausedMail(clock.now())]]);
  await clock.advanceSettling(1000);
  assert.equal(third.mails.length, 0, "the next leader is silent as well");
  await clock.advanceSettling(3_600_000);
  third.delivery.deliver([["anew", pausedMail(clock.now())]]);
  await clock.advanceSettling(1000);
  assert.equal(third.mails.length, 1);
  await third.delivery.close();
});

test("counts that say nothing any more are forgotten", async () => {
  const kept = new Map<string, MailCount>([["gone REQUEST_PAUSED", { sentAt: [0] }]]);
  const { clock, delivery } = simulated(() => sent, {
    sentBefore: new Map(kept),
    onCounted: (key, count) => void (count === undefined ? kept.delete(key) : kept.set(key, count)),
  });
  await clock.advanceSettling(600_000);
  delivery.deliver([["paused", pausedMail(clock.now())]]);
  await clock.advanceSettling(1000);
  assert.deepEqual([...kept.keys()], ["web REQUEST_PAUSED"]);
  await delivery.close();
});

test("what goes alone is sent at once", async () => {
  const { clock, mails, delivered, delivery } = simulated();
  delivery.deliver([["paused", pausedMail(1000)]]);
  await clock.advanceSettling(0);
  assert.deepEqual([mails[0]?.to, mails[0]?.cc], [["owner@example.com"], ["admin@example.com"]]);
  assert.deepEqual(delivered, ["paused"]);
  await delivery.close();
});

test("a record that nobody is to be told of is delivered without a mail", async () => {
  const lists = () => ({ blocked: ["owner@example.com", "admin@example.com"], allowed: [] });
  const { clock, mails, delivered, delivery } = simulated(undefined, { lists });
  delivery.deliver([["paused", pausedMail(1000)]]);
  await clock.advanceSettling(0);
  assert.deepEqual([mails.length, delivered], [0, ["paused"]]);
  await delivery.close();
});

test("a sixth mail of a type within ten minutes is a notice, and then there is silence, for that type", async () => {
  const { clock, mails, delivered, delivery } = simulated();
  for (let n = 0; n < 8; n += 1) {
    delivery.deliver([
      [
        `failed-${n}`,
        sampleTaskMail("TASK_FAILED", sampleTaskId(1), ["TASK_RUNNING", "TASK_FAILED"], {
          at: 1000,
        }),
      ],
    ]);
    await clock.advanceSettling(10_000);
  }
  assert.deepEqual(
    mails.map(({ subject }) => subject.slice(0, 50)),
    [
      ...Array(5).fill(mails[0]?.subject.slice(0, 50)),
      "TASK_FAILED notifications for web are being rate l",
    ],
  );
  assert.equal(delivered.length, 8);
  delivery.deliver([["paused", pausedMail(clock.now())]]);
  await clock.advanceSettling(0);
  assert.equal(mails.length, 7);
  await delivery.close();
});

test("ten tasks of a request that fail together count as one mail", async () => {
  const { clock, mails, delivery } = simulated();
  const failed = (n: number) =>
    [
      `failed-${n}`,
      sampleTaskMail("TASK_FAILED", sampleTaskId(n), ["TASK_RUNNING", "TASK_FAILED"], { at: 1000 }),
    ] as const;
  delivery.deliver(Array.from({ length: 10 }, (_, n) => failed(n)));
  await clock.advanceSettling(3000);
  assert.deepEqual(
    mails.map(({ subject }) => subject),
    ["10 tasks of web on agent1 failed"],
  );
  await delivery.close();
});

test("while the server is away records wait; of too many the oldest are dropped, and admins hear how many", async () => {
  let isUp = false;
  const metrics = createMetrics();
  const { clock, mails, delivered, delivery } = simulated(
    () => (isUp ? sent : { kind: "serverFailed", reason: "away" }),
    { smtp: { ...defaultSmtpSettings, recordsMax: 10 }, metrics },
  );
  for (let n = 0; n < 14; n += 1) {
    const request = { ...sampleRequest, id: `web-${n}` };
    delivery.deliver([
      [`paused-${n}`, { ...pausedMail(1000 + n), requestId: request.id, request }],
    ]);
    await clock.advanceSettling(0);
  }
  assert.equal(delivered.length, 4);
  assert.equal(metrics.snapshot()["scheduler/mail_records_waiting"], 10);
  isUp = true;
  await clock.advanceSettling(600_000);
  assert.equal(mails.length, 11);
  const notice = mails.find(({ subject }) => subject === "4 mails were not sent");
  assert.deepEqual(notice?.to, ["admin@example.com"]);
  assert.equal(new Set(delivered).size, 14);
  assert.equal(metrics.snapshot()["scheduler/mails_dropped"], 4);
  assert.equal(metrics.snapshot()["scheduler/mails_sent"], 10);
  await delivery.close();
});

test("a mail that is tried again after a crash has the Message-ID it had", async () => {
  const ids = new Set<string | undefined>();
  for (let life = 0; life < 2; life += 1) {
    const { clock, mails, delivery } = simulated();
    delivery.deliver(lostTasks(3));
    await clock.advanceSettling(3000);
    ids.add(mails[0]?.messageId);
    await delivery.close();
  }
  assert.equal(ids.size, 1);
  assert.match([...ids][0] ?? "", /^<[0-9a-f]{32}@example.com>$/);
});

test("a mail about a failed task has the end of its logs, or says that its agent did not answer", async () => {
  const failed = () =>
    sampleTaskMail("TASK_FAILED", sampleTaskId(1), ["TASK_RUNNING", "TASK_FAILED"], { at: 1000 });
  const read: Sandbox["read"] = async (path, { offset }) =>
    offset === undefined ? { offset: 9, data: "" } : { offset, data: `end of ${path}` };
  const open: LogReader["open"] = async (taskId, task) => {
    assert.equal(task?.task.taskId.id, taskId);
    return { read };
  };
  const well = simulated(undefined, { logs: { open } });
  well.delivery.deliver([["failed", failed()]]);
  await well.clock.advanceSettling(3000);
  assert.match(well.mails[0]?.text ?? "", /end of stdout[\s\S]*end of stderr/);
  await well.delivery.close();
  const silent = simulated(undefined, { logs: { open: () => new Promise(() => {}) } });
  silent.delivery.deliver([["failed", failed()]]);
  await silent.clock.advanceSettling(3000 + 4999);
  assert.equal(silent.mails.length, 0);
  await silent.clock.advanceSettling(1);
  assert.match(silent.mails[0]?.text ?? "", /not read: the agent did not answer in time/);
  await silent.delivery.close();
});

test("a delivery that is closed leaves what it holds in the outbox", async () => {
  const { clock, mails, delivered, delivery } = simulated();
  delivery.deliver(lostTasks(3));
  await delivery.close();
  delivery.deliver([["paused", pausedMail(1000)]]);
  await clock.advanceSettling(60_000);
  assert.deepEqual([mails, delivered, clock.waiting], [[], [], 0]);
});

test("records become mails on a real server, in time, though a first server hangs", async (context) => {
  const server = await startMailServer(context);
  const hanging = createServer((socket) => socket.on("error", () => {}));
  hanging.listen(0, "127.0.0.1");
  await once(hanging, "listening");
  context.after(() => hanging.close());
  let port = (hanging.address() as AddressInfo).port;
  const all = Promise.withResolvers<void>();
  const delivered = new Set<string>();
  const smtp = { ...defaultSmtpSettings, connectTimeoutMs: 1000, retryMsMin: 20 };
  const delivery = createMailDelivery({
    settings: { ...settings, groupWindowMs: 20 },
    smtp,
    clock: systemClock(),
    logger: silentLogger,
    lists: () => ({ blocked: [], allowed: [] }),
    sender: {
      async send(mail, signal) {
        const result = await createSmtpSender({ ...smtp, port }).send(mail, signal);
        if (result.kind === "serverFailed") port = server.port;
        return result;
      },
    },
    onDelivered(keys) {
      for (const key of keys) delivered.add(key);
      if (delivered.size === 41) all.resolve();
    },
  });
  context.after(() => delivery.close());
  delivery.deliver([
    ...lostTasks(40).map(([key, record]) => [key, { ...record, at: Date.now() }] as const),
    ["paused", pausedMail(Date.now())],
  ]);
  await all.promise;
  assert.deepEqual(server.received.map(({ recipients }) => recipients.join()).sort(), [
    "admin@example.com",
    "owner@example.com,admin@example.com",
  ]);
});
