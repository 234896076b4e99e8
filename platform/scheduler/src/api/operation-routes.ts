/**
 * What operators do in need: disasters, forbidden actions, freezes by priority, the fire alarm, failover;
 * and which requests are not moved about.
 */

import { given } from "../core/given.ts";
import { disabledActionRequestShape } from "../core/model/actions-shape.ts";
import { disabledActionTypes, disasterTypes } from "../core/model/enums.ts";
import {
  disabledActionShape,
  disastersDataShape,
  fireAlarmShape,
  priorityFreezeParentShape,
  priorityFreezeShape,
} from "../core/model/operations-shape.ts";
import { list, oneOf, type Shape, text, truth } from "../core/model/shape.ts";
import { actionDisabled, actionEnabled } from "../core/operations/disabled-actions.ts";
import {
  activeDisasters,
  automatedDisablingSet,
  disasterAdded,
  disasterRemoved,
  disastersData,
} from "../core/operations/disasters.ts";
import { priorityFrozen, priorityUnfrozen } from "../core/operations/priority-freeze.ts";
import { knownRequest } from "../core/requests/known-request.ts";
import { fireAlarmSet, shuffleBlocked } from "../core/settings/operator-settings.ts";
import { settingOf } from "../core/state.ts";
import { type Outcome, refused, type Turn } from "../core/turn.ts";
import { validatePriorityFreeze } from "../core/validation/validate-priority.ts";
import { done } from "./done.ts";
import {
  admin,
  anyUser,
  body,
  type Call,
  mayRead,
  mayWrite,
  optionalBody,
  type QueryTable,
  type Route,
  reader,
  route,
} from "./route.ts";

type AnyCall = Pick<Call<unknown, QueryTable>, "decide" | "parameter">;

/** A word of the path that must be one of a closed set. */
function wordOf<T extends string>(call: AnyCall, name: string, shape: Shape<T>): Outcome<T> {
  const word = shape.parse(call.parameter(name), name);
  return word.error === undefined ? { value: word.value } : refused(400, word.error);
}

const disasterType = oneOf(disasterTypes);
const actionType = oneOf(disabledActionTypes);

const stats = route({
  method: "GET",
  path: "/disasters/stats",
  summary: "The last counts, and which disasters are active",
  access: admin,
  answer: disastersDataShape,
  handle: (call) => ({ value: disastersData(call) }),
});

const activeList = route({
  method: "GET",
  path: "/disasters/active",
  summary: "Disasters that are active",
  access: admin,
  answer: list(disasterType),
  handle: ({ state }) => ({ value: activeDisasters(state) }),
});

function disasterRoute(
  method: "POST" | "DELETE",
  summary: string,
  what: (turn: Turn, type: (typeof disasterTypes)[number]) => Outcome<void>,
): Route {
  return route({
    method,
    path: "/disasters/active/{type}",
    summary,
    access: admin,
    handle(call) {
      const type = wordOf(call, "type", disasterType);
      return type.refusal === undefined ? done(call, (turn) => what(turn, type.value)) : type;
    },
  });
}

function automation(name: "enable" | "disable"): Route {
  return route({
    method: "POST",
    path: `/disasters/${name}`,
    summary: `Let a disaster ${name === "enable" ? "" : "not "}forbid actions by itself`,
    access: admin,
    handle: (call) => done(call, (turn) => automatedDisablingSet(turn, name === "enable")),
  });
}

const disabledList = route({
  method: "GET",
  path: "/disasters/disabled-actions",
  summary: "Actions that are forbidden",
  access: admin,
  answer: list(disabledActionShape),
  handle: ({ state }) => ({ value: [...state.records.disabledAction.values()] }),
});

const disable = route({
  method: "POST",
  path: "/disasters/disabled-actions/{action}",
  summary: "Forbid an action",
  access: admin,
  body: optionalBody(disabledActionRequestShape),
  handle(call) {
    const action = wordOf(call, "action", actionType);
    if (action.refusal !== undefined) return action;
    const { message } = call.body;
    return done(call, (turn) =>
      actionDisabled(turn, { action: action.value, ...given({ message, user: call.actor }) }),
    );
  },
});

const enable = route({
  method: "DELETE",
  path: "/disasters/disabled-actions/{action}",
  summary: "Allow an action again",
  access: admin,
  handle(call) {
    const action = wordOf(call, "action", actionType);
    if (action.refusal !== undefined) return action;
    return done(call, (turn) => actionEnabled(turn, action.value));
  },
});

const failover = route({
  method: "POST",
  path: "/disasters/failover",
  summary: "Let another scheduler lead",
  access: admin,
  status: 200,
  handle: (call) =>
    done(call, (turn) => {
      const by = call.actor === undefined ? "somebody" : call.actor;
      turn.effect({ kind: "resign", reason: `${by} asked for a failover` });
      return undefined;
    }),
});

const getFireAlarm = route({
  method: "GET",
  path: "/disasters/firealarm",
  summary: "The banner that everybody sees",
  access: anyUser,
  answer: fireAlarmShape,
  missing: "There is no fire alarm",
  handle: ({ state }) => ({ value: settingOf(state, "fireAlarm") }),
});

const setFireAlarm = route({
  method: "POST",
  path: "/disasters/firealarm",
  summary: "Show everybody a banner",
  access: admin,
  body: body(fireAlarmShape),
  handle: (call) =>
    done(call, (turn) => {
      fireAlarmSet(turn, call.body);
      return undefined;
    }),
});

const clearFireAlarm = route({
  method: "DELETE",
  path: "/disasters/firealarm",
  summary: "Take the banner away",
  access: admin,
  handle: (call) =>
    done(call, (turn) => {
      fireAlarmSet(turn, undefined);
      return undefined;
    }),
});

const getFreeze = route({
  method: "GET",
  path: "/priority/freeze",
  summary: "The priority below which nothing is started",
  access: admin,
  answer: priorityFreezeParentShape,
  missing: "There is no priority freeze",
  handle: ({ state }) => ({ value: settingOf(state, "priorityFreeze") }),
});

const freeze = route({
  method: "POST",
  path: "/priority/freeze",
  summary: "Start nothing below a priority",
  access: admin,
  body: body(priorityFreezeShape),
  answer: priorityFreezeParentShape,
  handle: (call) =>
    call.decide((turn) => {
      const valid = validatePriorityFreeze(call.body, turn.random);
      if (valid.refusal !== undefined) return valid;
      return priorityFrozen(turn, { freeze: valid.value, user: call.actor });
    }),
});

const unfreeze = route({
  method: "DELETE",
  path: "/priority/freeze",
  summary: "Start everything again",
  access: admin,
  status: 202,
  handle: (call) => done(call, priorityUnfrozen),
});

const shuffleList = route({
  method: "GET",
  path: "/shuffle/blacklist",
  summary: "Requests whose tasks are not moved to even out the load",
  access: reader,
  answer: list(text),
  handle: ({ state }) => ({ value: [...state.records.shuffleBlocked.keys()] }),
});

const isShuffleBlocked = route({
  method: "GET",
  path: "/shuffle/blacklist/{requestId}",
  summary: "Whether tasks of a request are left where they are",
  access: mayRead,
  answer: truth,
  handle: (call) => ({ value: call.state.records.shuffleBlocked.has(call.parameter("requestId")) }),
});

function shuffleRoute(method: "POST" | "DELETE"): Route {
  return route({
    method,
    path: "/shuffle/blacklist/{requestId}",
    summary: `Tasks of a request may ${method === "POST" ? "not " : ""}be moved to even out the load`,
    access: mayWrite(),
    handle(call) {
      const requestId = call.parameter("requestId");
      const known = knownRequest(call, requestId);
      if (known.refusal !== undefined) return known;
      return done(call, (turn) => {
        shuffleBlocked(turn, requestId, method === "POST");
        return undefined;
      });
    },
  });
}

export const operationRoutes: readonly Route[] = [
  ...[stats, activeList, automation("enable"), automation("disable")],
  disasterRoute("POST", "Declare a disaster", disasterAdded),
  disasterRoute("DELETE", "Take a disaster back", disasterRemoved),
  ...[disabledList, disable, enable, failover, getFireAlarm, setFireAlarm, clearFireAlarm],
  ...[getFreeze, freeze, unfreeze, shuffleList, isShuffleBlocked],
  ...[shuffleRoute("POST"), shuffleRoute("DELETE")],
];
