/**
 * The messages that libprocess peers send, by the name they have on the wire.
 *
 * The internal protocol is as old as Mesos, so its names are v0's, and so is the call of a native
 * scheduler driver, whose SUBSCRIBE numbers its fields otherwise than v1's.
 */

import * as internal from "./generated/internal.ts";
import * as scheduler from "./generated/scheduler.ts";
import * as v1 from "./generated/v1.ts";
import { type Field, type MessageType, message } from "./message-type.ts";

/** SUBSCRIBE of a native driver: v1's and `force`. */
export interface V0Subscribe extends scheduler.Call_Subscribe {
  /** Whether a scheduler that is still connected is to be put out; v1 always does that. */
  force?: boolean;
}

const V0Subscribe: MessageType<V0Subscribe> = message("mesos.scheduler.Call.Subscribe", () => [
  [1, "framework_info", v1.FrameworkInfo, "required"],
  [2, "force", "bool", "optional"],
  [3, "suppressed_roles", "string", "repeated"],
  [4, "offer_constraints", scheduler.OfferConstraints, "optional"],
]);

/** What a native driver sends to the master; but for SUBSCRIBE it is `scheduler.Call`. */
export interface V0Call extends Omit<scheduler.Call, "subscribe"> {
  subscribe?: V0Subscribe;
}

export const V0Call: MessageType<V0Call> = message("mesos.scheduler.Call", () =>
  scheduler.Call.fields.map(
    (field): Field =>
      field[1] === "subscribe" ? [3, "subscribe", V0Subscribe, "optional"] : field,
  ),
);

/** What a master may send to a native driver instead of the older messages. */
const V0Event: MessageType<scheduler.Event> = message(
  "mesos.scheduler.Event",
  () => scheduler.Event.fields,
);

const namesByType: ReadonlyMap<string, MessageType<unknown>> = new Map(
  [...messageTypesIn(internal), V0Call, V0Event].map((type) => [type.typeName, type]),
);

/** The type of a libprocess message's body; undefined for a name that nobody sends. */
export function internalMessageType(name: string): MessageType<unknown> | undefined {
  return namesByType.get(name);
}

/** Every name that `internalMessageType` knows. */
export function internalMessageNames(): readonly string[] {
  return [...namesByType.keys()];
}

/** The message types among a generated module's exports. */
function messageTypesIn(module: object): MessageType<unknown>[] {
  return Object.values(module).filter(
    (exported: MessageType<unknown> | { readonly form: "enum" }) => exported.form === "message",
  );
}
