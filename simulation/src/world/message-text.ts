/**
 * A message's body as a line that a person reading a failed seed can use: who, which task, which
 * state, and little else.
 *
 * Knows the messages by their names; what it does not know, or cannot read, it gives in bytes.
 */

import { decodeMessage, internal, type MessageType, scheduler } from "@tavola/protocol";

interface Describer {
  readonly name: string;
  readonly describe: (body: Uint8Array) => string;
}

function describer<T>(type: MessageType<T>, describe: (message: T) => string): Describer {
  return {
    name: type.typeName,
    describe(body) {
      const { value } = decodeMessage(type, body);
      return value === undefined ? `${body.length} bytes` : describe(value);
    },
  };
}

const describers: ReadonlyMap<string, Describer> = new Map(
  [
    describer(
      internal.StatusUpdateMessage,
      ({ update }) =>
        `${statusText(update.status)} latest=${update.latest_state} uuid=${uuid(update.uuid)}`,
    ),
    describer(
      internal.StatusUpdateAcknowledgementMessage,
      ({ task_id, uuid: bytes }) => `${task_id.value} uuid=${uuid(bytes)}`,
    ),
    describer(internal.RunTaskMessage, ({ task }) => task.task_id.value),
    describer(internal.KillTaskMessage, ({ task_id }) => task_id.value),
    describer(
      internal.ReregisterSlaveMessage,
      ({ slave, tasks = [] }) => `${slave.id?.value} with ${tasks.map(statusText).join(", ")}`,
    ),
    describer(internal.SlaveRegisteredMessage, ({ slave_id }) => slave_id.value),
    describer(internal.SlaveReregisteredMessage, ({ slave_id, reconciliations = [] }) => {
      const missing = reconciliations.flatMap(({ statuses = [] }) => statuses.map(statusText));
      return `${slave_id.value} ${missing.length > 0 ? `asks for ${missing.join(", ")}` : ""}`;
    }),
    describer(internal.PingSlaveMessage, ({ connected }) => `connected=${connected}`),
    describer(internal.ExitedExecutorMessage, ({ executor_id }) => executor_id.value),
    describer(internal.ShutdownMessage, ({ message }) => message ?? ""),
  ].map((each) => [each.name, each]),
);

interface TaskLike {
  readonly task_id: { readonly value: string };
  readonly state?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** "" when there is nothing more to say than its name. */
export function readableMessage(name: string, body: Uint8Array): string {
  return describers.get(name)?.describe(body) ?? "";
}

/** A scheduler's call, in protobuf. */
export function readableCall(body: Uint8Array): string {
  const { value: call } = decodeMessage(scheduler.Call, body);
  if (call === undefined) return `${body.length} bytes`;
  const { accept, decline, kill, acknowledge, reconcile } = call;
  const offers = (accept ?? decline)?.offer_ids?.map(({ value }) => shortOffer(value)).join(" ");
  const tasks = accept?.operations?.flatMap(
    ({ launch }) => launch?.task_infos?.map(({ task_id }) => task_id.value) ?? [],
  );
  const about =
    kill?.task_id.value ??
    (acknowledge && `${acknowledge.task_id.value} uuid=${uuid(acknowledge.uuid)}`) ??
    reconcile?.tasks?.map(({ task_id }) => task_id.value).join(" ");
  const seconds = (accept ?? decline)?.filters?.refuse_seconds;
  return [call.type, offers, tasks?.join(" "), about, seconds && `refuse=${seconds.toFixed(1)}`]
    .filter((text) => text !== undefined && text !== "")
    .join(" ");
}

/** An event on a scheduler's stream. */
export function readableEvent(event: scheduler.Event): string {
  const { update, offers, rescind, failure, subscribed, error } = event;
  const about =
    (update && `${statusText(update.status)} uuid=${uuid(update.status.uuid)}`) ??
    offers?.offers?.map(({ id, hostname }) => `${shortOffer(id.value)}@${hostname}`).join(" ") ??
    (rescind && shortOffer(rescind.offer_id.value)) ??
    failure?.agent_id?.value ??
    subscribed?.framework_id.value ??
    error?.message;
  return `${event.type} ${about ?? ""}`;
}

function statusText({ task_id, state, reason, message }: TaskLike): string {
  return [task_id.value, state, reason, message && `(${message})`]
    .filter((text) => text !== undefined)
    .join(" ");
}

/** Offers of one master differ in their last part only. */
function shortOffer(id: string): string {
  return id.slice(id.lastIndexOf("-") + 1);
}

function uuid(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "none" : Buffer.from(bytes.subarray(0, 4)).toString("hex");
}
