import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import {
  createMetrics,
  type Logger,
  type SimulatedClock,
  silentLogger,
  simulatedClock,
  systemClock,
} from "@tavola/host";
import type { Webhook } from "../core/model/operations.ts";
import type { WebhookUpdateRecord } from "../core/records.ts";
import { defaultWebhookSettings, type WebhookSettings } from "../core/webhooks/webhook-settings.ts";
import { createWebhookDelivery } from "./webhook-delivery.ts";
import { webhookSignature } from "./webhook-signature.ts";

interface Received {
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** A hook's server. What `answer` leaves unanswered stays so. */
async function startHook(
  context: TestContext,
  answer: (response: ServerResponse, received: Received) => void,
) {
  const received: Received[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const one = { path: request.url ?? "", body, headers: request.headers };
    received.push(one);
    answer(response, one);
    for (const { count, resolve } of waiting) if (received.length >= count) resolve();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    untilReceived(count: number): Promise<void> {
      if (received.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
  };
}

function start(
  context: TestContext,
  hooks: Readonly<Record<string, string>>,
  more: Partial<WebhookSettings> & { readonly logger?: Logger } = {},
  clock: SimulatedClock | ReturnType<typeof systemClock> = systemClock(),
) {
  const webhooks = new Map<string, Webhook>(
    Object.entries(hooks).map(([id, uri]) => [id, { id, uri, type: "TASK", timestamp: 1 }]),
  );
  const delivered: string[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const metrics = createMetrics();
  const delivery = createWebhookDelivery({
    settings: { ...defaultWebhookSettings, retryMs: 20, ...more },
    clock,
    logger: more.logger ?? silentLogger,
    metrics,
    webhookOf: (id) => webhooks.get(id),
    format: ({ body }) => JSON.stringify(body),
    onDelivered(keys) {
      delivered.push(...keys);
      for (const { count, resolve } of waiting) if (delivered.length >= count) resolve();
    },
  });
  context.after(() => delivery.close());
  return {
    delivery,
    delivered,
    webhooks,
    metrics,
    untilDelivered(count: number): Promise<void> {
      if (delivered.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
  };
}

function updates(
  webhookId: string,
  count: number,
  at = Date.now(),
): [string, WebhookUpdateRecord][] {
  return Array.from({ length: count }, (_, n) => [
    `${webhookId}-${String(n).padStart(3, "0")}`,
    { webhookId, type: "TASK", at, requestId: "web", taskId: `task-${n}`, body: { n } },
  ]);
}

const ok = (response: ServerResponse) => response.writeHead(204).end();

test("a hook gets each update once, in order, at its address, with its body", async (context) => {
  const hook = await startHook(context, ok);
  const { delivery, delivered, untilDelivered } = start(context, {
    a: `${hook.url}/$REQUEST_ID/$TASK_ID`,
  });
  const all = updates("a", 30);
  delivery.deliver(all.slice(0, 10));
  delivery.deliver(all);
  await untilDelivered(30);
  assert.deepEqual(
    hook.received.map(({ body }) => JSON.parse(body).n),
    Array.from({ length: 30 }, (_, n) => n),
  );
  assert.deepEqual(
    delivered,
    all.map(([key]) => key),
  );
  assert.equal(hook.received[3]?.path, "/web/task-3");
  const { headers } = hook.received[3] as Received;
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers["x-tavola-event"], "TASK");
  assert.equal(headers["x-tavola-delivery"], "a-003");
  assert.equal(headers["x-tavola-signature"], undefined);
});

test("updates read back in any order go out in that of their keys", async (context) => {
  const hook = await startHook(context, ok);
  const { delivery, untilDelivered } = start(context, { a: hook.url });
  delivery.deliver(updates("a", 20).reverse());
  await untilDelivered(20);
  const order = hook.received.map(({ body }) => JSON.parse(body).n);
  assert.deepEqual(
    order,
    Array.from({ length: 20 }, (_, n) => n),
  );
});

test("an update that fails is sent again, the same, before those after it", async (context) => {
  const answers = [500, 302, 404, 200];
  const hook = await startHook(context, (response) => {
    const status = answers.shift() ?? 200;
    response.writeHead(status, { Location: "/elsewhere" }).end("told");
  });
  const { delivery, untilDelivered, metrics } = start(context, { a: hook.url });
  delivery.deliver(updates("a", 3));
  await untilDelivered(3);
  assert.deepEqual(
    hook.received.map(({ headers }) => headers["x-tavola-delivery"]),
    ["a-000", "a-000", "a-000", "a-000", "a-001", "a-002"],
  );
  assert.equal(metrics.snapshot()["scheduler/webhook_failures"], 3);
  assert.equal(metrics.snapshot()["scheduler/webhook_updates_delivered"], 3);
});

test("a hook whose server is away gets its updates when it is back", async (context) => {
  const hook = await startHook(context, ok);
  const { delivery, webhooks, untilDelivered, metrics } = start(context, {
    a: "http://127.0.0.1:1/",
  });
  delivery.deliver(updates("a", 2));
  while (metrics.snapshot()["scheduler/webhook_failures"] !== 1)
    await new Promise((resolve) => setImmediate(resolve));
  webhooks.set("a", { ...(webhooks.get("a") as Webhook), uri: hook.url });
  await untilDelivered(2);
  assert.equal(hook.received.length, 2);
});

test("hooks that never answer delay no other, even when they are many", async (context) => {
  const silent = await startHook(context, () => {});
  const hook = await startHook(context, ok);
  const hooks: Record<string, string> = { good: hook.url };
  for (let n = 0; n < 20; n += 1) hooks[`silent-${n}`] = silent.url;
  const { delivery, untilDelivered } = start(context, hooks, {
    inFlightMax: 5,
    responseTimeoutMs: 40,
    retryMs: 10_000,
  });
  for (const id of Object.keys(hooks).reverse()) delivery.deliver(updates(id, 10));
  await untilDelivered(10);
  assert.equal(hook.received.length, 10);
  assert.ok(silent.received.length <= 20);
});

test("at most so many updates are in flight, and one of each hook", async (context) => {
  const open: ServerResponse[] = [];
  const hook = await startHook(context, (response) => open.push(response));
  const hooks = Object.fromEntries(
    Array.from({ length: 10 }, (_, n) => [`hook-${n}`, `${hook.url}/${n}`]),
  );
  const { delivery, untilDelivered } = start(context, hooks, { inFlightMax: 4 });
  for (const id of Object.keys(hooks)) delivery.deliver(updates(id, 2));
  for (let done = 0; done < 20; done += 1) {
    await hook.untilReceived(Math.min(20, done + 4));
    assert.ok(open.length <= 4);
    const paths = hook.received.slice(done).map(({ path }) => path);
    assert.equal(new Set(paths).size, paths.length, "one at a time to each");
    (open.shift() as ServerResponse).end();
    await untilDelivered(done + 1);
  }
});

test("of more than fifty waiting the oldest are dropped when one fails, and what is older than a week", async (context) => {
  const hook = await startHook(context, (response) => response.writeHead(500).end());
  const { delivery, delivered, untilDelivered } = start(
    context,
    { a: hook.url, b: hook.url },
    { retryMs: 60_000 },
  );
  delivery.deliver(updates("a", 60));
  await untilDelivered(10);
  assert.deepEqual(
    delivered,
    updates("a", 10).map(([key]) => key),
  );
  delivery.deliver(updates("b", 3, Date.now() - 8 * 86_400_000));
  await untilDelivered(13);
});

test("what is logged of a hook that fails has neither its path nor its secrets", async (context) => {
  const told = Promise.withResolvers<string>();
  const note = (...words: readonly unknown[]) => told.resolve(JSON.stringify(words));
  const logger = { ...silentLogger, warn: note } as unknown as Logger;
  const uri = "http://user:passw0rd@127.0.0.1:1/s3cret/$TASK_ID?token=t0ken";
  const id = `TASK-${encodeURIComponent(uri)}`;
  const { delivery } = start(context, { [id]: uri }, { logger });
  delivery.deliver(updates(id, 1));
  const text = await told.promise;
  assert.match(text, /127\.0\.0\.1:1/);
  assert.doesNotMatch(text, /passw0rd|s3cret|t0ken/);
});

test("updates for a hook that was removed leave the outbox unsent", async (context) => {
  const { delivery, delivered } = start(context, {});
  delivery.deliver(updates("gone", 3));
  assert.equal(delivered.length, 3);
});

test("an answer without end is not waited for", async (context) => {
  const hook = await startHook(context, (response) => {
    const write = () => {
      while (response.write("x".repeat(10_000)));
    };
    response.on("drain", write);
    write();
  });
  const { delivery, untilDelivered } = start(context, { a: hook.url });
  delivery.deliver(updates("a", 2));
  await untilDelivered(2);
});

test("a body is signed with the time, under each secret", async (context) => {
  const hook = await startHook(context, ok);
  const { delivery, untilDelivered } = start(context, { a: hook.url }, { secrets: ["new", "old"] });
  delivery.deliver(updates("a", 1));
  await untilDelivered(1);
  const [{ headers, body }] = hook.received as [Received];
  const match = /^t=(\d+),v1=([0-9a-f]{64}),v1=([0-9a-f]{64})$/.exec(
    String(headers["x-tavola-signature"]),
  );
  assert.ok(match !== null);
  assert.ok(Math.abs(Number(match[1]) - Date.now() / 1000) < 60);
  for (const [index, secret] of ["new", "old"].entries()) {
    assert.equal(
      match[index + 2],
      createHmac("sha256", secret).update(`${match[1]}.${body}`).digest("hex"),
    );
  }
});

test("webhookSignature() is what the documentation's example says", () => {
  assert.equal(
    webhookSignature(["secret"], '{"a":1}', 1_700_000_000_999),
    "t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686",
  );
  assert.equal(webhookSignature([], "{}", 1), undefined);
});

test("a delivery that is closed breaks off, and leaves what it holds in the outbox", async (context) => {
  const hook = await startHook(context, () => {});
  const clock = simulatedClock();
  const { delivery, delivered } = start(context, { a: hook.url }, {}, clock);
  delivery.deliver(updates("a", 2));
  await hook.untilReceived(1);
  await delivery.close();
  delivery.deliver(updates("a", 5));
  assert.deepEqual([delivered, clock.waiting], [[], 0]);
});
