/**
 * Webhooks, and what each has not been told yet.
 */

import { deployUpdateShape } from "../core/model/deploy-progress-shape.ts";
import type { WebhookType } from "../core/model/enums.ts";
import {
  elevatedAccessEventShape,
  webhookShape,
  webhookSummaryShape,
} from "../core/model/operations-shape.ts";
import { crashLoopInfoShape, requestHistoryShape } from "../core/model/request-shape.ts";
import { list, oneOf, type Shape, text } from "../core/model/shape.ts";
import { taskHistoryUpdateShape } from "../core/model/task-shape.ts";
import type { TaskWebhook } from "../core/records.ts";
import { webhookAdded, webhookRemoved } from "../core/settings/webhooks-kept.ts";
import type { SchedulerState } from "../core/state.ts";
import { refused } from "../core/turn.ts";
import { admin, body, needed, one, type Route, route } from "./route.ts";

const hooks = route({
  method: "GET",
  path: "/webhooks",
  summary: "Webhooks",
  access: admin,
  answer: list(webhookShape),
  handle: ({ state }) => ({ value: [...state.records.webhook.values()] }),
});

const summary = route({
  method: "GET",
  path: "/webhooks/summary",
  summary: "Webhooks, and how much each has not been told yet",
  access: admin,
  answer: list(webhookSummaryShape),
  handle({ state }) {
    const sizes = new Map<string, number>();
    for (const { webhookId } of state.records.outboxWebhook.values()) {
      sizes.set(webhookId, (sizes.get(webhookId) ?? 0) + 1);
    }
    return {
      value: [...state.records.webhook.values()].map((webhook) => ({
        webhook,
        queueSize: sizes.get(webhook.id) ?? 0,
      })),
    };
  },
});

const add = route({
  method: "POST",
  path: "/webhooks",
  summary: "Tell an address of what happens: CREATED, or EXISTED",
  access: admin,
  forbiddenBy: "ADD_WEBHOOK",
  body: body(webhookShape),
  answer: oneOf<"CREATED" | "EXISTED">(["CREATED", "EXISTED"]),
  handle: (call) => call.decide((turn) => webhookAdded(turn, call.body, call.actor)),
});

const deleted = oneOf<"DELETED" | "DIDNT_EXIST">(["DELETED", "DIDNT_EXIST"]);

/** Ids contain an encoded address, and clients encode them once or twice. */
function spellingOf(state: SchedulerState, id: string): string {
  const spellings = [
    id,
    id.replace(/^([A-Z_]+)-(.*)$/s, (_, type, uri) => `${type}-${encodeURIComponent(uri)}`),
  ];
  return spellings.find((each) => state.records.webhook.has(each)) ?? id;
}

const remove = route({
  method: "DELETE",
  path: "/webhooks",
  summary: "Tell an address no more: DELETED, or DIDNT_EXIST",
  access: admin,
  forbiddenBy: "REMOVE_WEBHOOK",
  query: { webhookId: needed(text) },
  answer: deleted,
  handle: (call) =>
    call.decide((turn) => {
      return { value: webhookRemoved(turn, spellingOf(turn.state, call.query.webhookId)) };
    }),
});

const removeByPath = route({
  method: "DELETE",
  path: "/webhooks/{webhookId}",
  summary: "Tell an address no more: DELETED, or DIDNT_EXIST",
  access: admin,
  forbiddenBy: "REMOVE_WEBHOOK",
  answer: deleted,
  handle: (call) =>
    call.decide((turn) => {
      return { value: webhookRemoved(turn, spellingOf(turn.state, call.parameter("webhookId"))) };
    }),
});

/** What a hook, or all of a type, have not been told, oldest first; undefined: there is no such hook. */
function queuedFor(
  state: SchedulerState,
  type: WebhookType,
  asked: string | undefined,
): readonly unknown[] | undefined {
  const id = asked === undefined ? undefined : spellingOf(state, asked);
  if (id !== undefined && !state.records.webhook.has(id)) return undefined;
  return [...state.records.outboxWebhook]
    .filter(([, each]) => (id === undefined ? each.type === type : each.webhookId === id))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { body, type }]) => (type === "TASK" ? (body as TaskWebhook).taskUpdate : body));
}

const queues: Readonly<
  Record<string, { readonly type: WebhookType; readonly shape: Shape<never> }>
> = {
  deploy: { type: "DEPLOY", shape: deployUpdateShape as Shape<never> },
  request: { type: "REQUEST", shape: requestHistoryShape as Shape<never> },
  task: { type: "TASK", shape: taskHistoryUpdateShape as Shape<never> },
  crashloop: { type: "CRASHLOOP", shape: crashLoopInfoShape as Shape<never> },
  "elevated-access": { type: "ELEVATED_ACCESS", shape: elevatedAccessEventShape as Shape<never> },
};

const queueRoutes: readonly Route[] = Object.entries(queues).flatMap(([name, { type, shape }]) => {
  const answer = list(shape as Shape<unknown>);
  const summary = `What a webhook of type ${type} has not been told yet`;
  const queued = (state: SchedulerState, id: string | undefined) => {
    const value = queuedFor(state, type, id);
    return value === undefined ? refused(404, `Couldn't find webhook with id ${id}`) : { value };
  };
  return [
    route({
      method: "GET",
      path: `/webhooks/${name}`,
      summary,
      access: admin,
      query: { webhookId: one(text) },
      answer,
      handle: ({ state, query }) => queued(state, query.webhookId),
    }),
    route({
      method: "GET",
      path: `/webhooks/${name}/{webhookId}`,
      summary,
      access: admin,
      answer,
      handle: ({ state, parameter }) => queued(state, parameter("webhookId")),
    }),
  ];
});

export const webhookRoutes: readonly Route[] = [
  ...[hooks, summary, add, remove, removeByPath],
  ...queueRoutes,
];
