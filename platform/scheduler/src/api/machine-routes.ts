/**
 * Agents and racks: looked at, decommissioned, frozen, forgotten; and hosts that are to be decommissioned
 * as soon as they show themselves.
 *
 * Agents go by two names: `/agents/agent/{id}` and `/slaves/slave/{id}` are the same rows.
 */

import {
  allHostsActivated,
  hostActivated,
  hostDeactivated,
} from "../core/machines/inactive-hosts.ts";
import {
  deadAgentsRemoved,
  decommissionUpdated,
  type MachineAction,
  machineActivated,
  machineDecommissioned,
  machineExpiringRemoved,
  machineFrozen,
  machineRemoved,
} from "../core/machines/machine-actions.ts";
import type { MachineKind } from "../core/machines/machine-state.ts";
import { machineChangeRequestShape } from "../core/model/actions-shape.ts";
import { machineStates } from "../core/model/enums.ts";
import { expiringMachineStateShape } from "../core/model/expiring-shape.ts";
import type { Agent, Rack } from "../core/model/machine.ts";
import {
  agentShape,
  machineStateHistoryUpdateShape,
  rackShape,
} from "../core/model/machine-shape.ts";
import { list, oneOf, type Shape, text } from "../core/model/shape.ts";
import type { AgentRecord, RackRecord } from "../core/records.ts";
import { type Outcome, refused, type Turn } from "../core/turn.ts";
import { done } from "./done.ts";
import {
  admin,
  alias,
  type Call,
  needed,
  one,
  optionalBody,
  type QueryTable,
  type Route,
  reader,
  route,
} from "./route.ts";

type AnyCall = Pick<Call<unknown, QueryTable>, "state" | "parameter" | "decide" | "actor">;

interface Naming {
  readonly kind: MachineKind;
  /** `/agents`, `/racks`. */
  readonly plural: string;
  readonly one: string;
  /** The parameter that names it. */
  readonly parameter: string;
  readonly shape: Shape<Agent | Rack>;
}

const agents: Naming = {
  kind: "agent",
  plural: "/agents",
  one: "/agents/agent/{agentId}",
  parameter: "agentId",
  shape: agentShape as Shape<Agent | Rack>,
};

const racks: Naming = {
  kind: "rack",
  plural: "/racks",
  one: "/racks/rack/{rackId}",
  parameter: "rackId",
  shape: rackShape as Shape<Agent | Rack>,
};

function machinesOf({ state }: AnyCall, kind: MachineKind): readonly (AgentRecord | RackRecord)[] {
  return [...state.records[kind].values()];
}

/** As clients know it: without what is ours. */
function shown({ history: _history, expiring: _expiring, ...machine }: AgentRecord | RackRecord) {
  return machine;
}

function act(
  call: AnyCall,
  action: MachineAction,
  what: (turn: Turn, action: MachineAction) => Outcome<void>,
): Promise<Outcome<undefined>> {
  return done(call, (turn) => what(turn, action));
}

function readRoutes({ kind, plural, one: path, parameter, shape }: Naming): readonly Route[] {
  return [
    route({
      method: "GET",
      path: plural,
      summary: `All ${kind}s`,
      access: reader,
      query: { state: one(oneOf(machineStates)) },
      answer: list(shape),
      isFilterable: true,
      handle: (call) => ({
        value: machinesOf(call, kind)
          .filter(
            ({ currentState }) =>
              call.query.state === undefined || currentState.state === call.query.state,
          )
          .map(shown),
      }),
    }),
    route({
      method: "GET",
      path,
      summary: `The states that a ${kind} was in`,
      access: reader,
      answer: list(machineStateHistoryUpdateShape),
      handle: (call) => ({
        value: call.state.records[kind].get(call.parameter(parameter))?.history ?? [],
      }),
    }),
    route({
      method: "GET",
      path: `${path}/details`,
      summary: `One ${kind}`,
      access: reader,
      answer: shape,
      missing: `Couldn't find such ${kind === "agent" ? "an" : "a"} ${kind}`,
      handle(call) {
        const machine = call.state.records[kind].get(call.parameter(parameter));
        return { value: machine && shown(machine) };
      },
    }),
    route({
      method: "GET",
      path: `${plural}/expiring`,
      summary: `States of ${kind}s that will revert by themselves`,
      access: reader,
      answer: list(expiringMachineStateShape),
      handle: (call) => ({
        value: machinesOf(call, kind).flatMap(({ expiring }) => expiring ?? []),
      }),
    }),
  ];
}

const changes = {
  decommission: machineDecommissioned,
  freeze: machineFrozen,
  activate: machineActivated,
} as const;

function changeRoutes({ kind, one: path, parameter }: Naming): readonly Route[] {
  const posts = Object.entries(changes).map(([name, what]) =>
    route({
      method: "POST",
      path: `${path}/${name}`,
      summary: `${name} a ${kind}, for good or for a while`,
      access: admin,
      body: optionalBody(machineChangeRequestShape),
      status: 200,
      handle: (call) =>
        act(
          call,
          { kind, id: call.parameter(parameter), user: call.actor, change: call.body },
          what,
        ),
    }),
  );
  return [
    ...posts,
    route({
      method: "DELETE",
      path,
      summary: `Forget a ${kind}`,
      access: admin,
      status: 200,
      handle: (call) =>
        act(call, { kind, id: call.parameter(parameter), user: call.actor }, machineRemoved),
    }),
    route({
      method: "DELETE",
      path: `${path}/expiring`,
      summary: `Let the state of a ${kind} stay as it is`,
      access: admin,
      status: 200,
      handle: (call) =>
        act(
          call,
          { kind, id: call.parameter(parameter), user: call.actor },
          machineExpiringRemoved,
        ),
    }),
  ];
}

const updateDecommission = route({
  method: "POST",
  path: "/agents/agent/{agentId}/decommission/update",
  summary: "Another duration for a decommission that ends by itself",
  access: admin,
  body: optionalBody(machineChangeRequestShape),
  status: 200,
  handle: (call) =>
    act(
      call,
      { kind: "agent", id: call.parameter("agentId"), user: call.actor, change: call.body },
      decommissionUpdated,
    ),
});

const removeDead = route({
  method: "DELETE",
  path: "/agents/dead",
  summary: "Forget all agents that are dead",
  access: admin,
  status: 200,
  async handle(call) {
    await call.decide(deadAgentsRemoved);
    return { value: undefined };
  },
});

const agentRoutes: readonly Route[] = [
  ...readRoutes(agents),
  ...changeRoutes(agents),
  updateDecommission,
  removeDead,
];

/** The same under the older name. */
const slaveRoutes = agentRoutes.map((row) =>
  alias(row, {
    path: row.path.replace("/agents/agent/", "/slaves/slave/").replace(/^\/agents/, "/slaves"),
  }),
);

const inactiveHosts = route({
  method: "GET",
  path: "/inactive",
  summary: "Hosts that are decommissioned as soon as they show themselves",
  access: reader,
  answer: list(text),
  handle: ({ state }) => ({ value: [...state.records.inactiveHost.keys()] }),
});

function hostRoute(
  method: "POST" | "DELETE",
  summary: string,
  what: (turn: Turn, host: string) => Outcome<void>,
): Route {
  return route({
    method,
    path: "/inactive",
    summary,
    access: admin,
    query: { host: needed(text) },
    handle(call) {
      const { host } = call.query;
      if (!/^[A-Za-z0-9._:-]{1,253}$/.test(host)) {
        return refused(400, `${host} is no name of a host`);
      }
      return done(call, (turn) => what(turn, host));
    },
  });
}

const activateAll = route({
  method: "DELETE",
  path: "/inactive/all",
  summary: "No host is to be decommissioned when it shows itself",
  access: admin,
  async handle(call) {
    await call.decide(allHostsActivated);
    return { value: undefined };
  },
});

export const machineRoutes: readonly Route[] = [
  ...agentRoutes,
  ...slaveRoutes,
  ...readRoutes(racks),
  ...changeRoutes(racks),
  inactiveHosts,
  hostRoute("POST", "Decommission a host as soon as it shows itself", hostDeactivated),
  hostRoute("DELETE", "Do not decommission that host", hostActivated),
  activateAll,
];
