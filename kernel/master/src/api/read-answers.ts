/**
 * The operator API's read calls that are answered from memory, in one encoding.
 *
 * One method per answer; each gives the whole encoded Response. Calls that read files are not here.
 */

import { epochSecondsOf, unitsOf } from "@tavola/base";
import type { LoggingLevel } from "@tavola/host";
import { master, type Resource, type Role, versionInfo } from "@tavola/protocol";
import type { Bytes } from "./byte-rope.ts";
import { ClusterAnswers } from "./cluster-answers.ts";
import { unlessEmpty } from "./cluster-messages.ts";
import type { Encoding } from "./message-fragments.ts";
import type { OperatorContext } from "./operator-context.ts";
import { heartbeatIntervalMs } from "./operator-event-streams.ts";
import { type RoleBreakdown, roleBreakdowns, sumOf } from "./role-breakdown.ts";
import { defaultWeight } from "./role-json.ts";

export class ReadAnswers {
  readonly #encoding: Encoding;
  readonly #context: OperatorContext;
  readonly #logging: LoggingLevel;
  readonly #cluster: ClusterAnswers;

  constructor(encoding: Encoding, context: OperatorContext, logging: LoggingLevel) {
    this.#encoding = encoding;
    this.#context = context;
    this.#logging = logging;
    this.#cluster = new ClusterAnswers(encoding);
  }

  /** The Response to a call of this type; undefined when it is not one that is read from memory. */
  answer(type: master.Call_Type): Bytes | undefined {
    const { state } = this.#context;
    switch (type) {
      case "GET_STATE":
        return this.#placed("GET_STATE", "get_state", this.#cluster.state(state));
      case "GET_TASKS":
        return this.#placed("GET_TASKS", "get_tasks", this.#cluster.tasks(state));
      case "GET_EXECUTORS":
        return this.#placed("GET_EXECUTORS", "get_executors", this.#cluster.executors(state));
      case "GET_FRAMEWORKS":
        return this.#placed("GET_FRAMEWORKS", "get_frameworks", this.#cluster.frameworks(state));
      case "GET_AGENTS":
        return this.#placed("GET_AGENTS", "get_agents", this.#cluster.agents(state));
      default: {
        const response = this.#smallAnswer(type);
        return response && this.#encoding.encode(master.Response, response);
      }
    }
  }

  /** The SUBSCRIBED event of the event stream. */
  subscribed(): Bytes {
    const subscribed = this.#encoding.place(
      master.Event_Subscribed,
      { heartbeat_interval_seconds: heartbeatIntervalMs / 1000 },
      { get_state: this.#cluster.state(this.#context.state) },
    );
    return this.#encoding.place(master.Event, { type: "SUBSCRIBED" }, { subscribed });
  }

  #placed(type: master.Response_Type, field: string, value: Bytes): Bytes {
    return this.#encoding.place(master.Response, { type }, { [field]: value });
  }

  #smallAnswer(type: master.Call_Type): master.Response | undefined {
    switch (type) {
      case "GET_HEALTH":
        return { type, get_health: { healthy: true } };
      case "GET_VERSION":
        return { type, get_version: { version_info: versionInfo } };
      case "GET_FLAGS":
        return { type, get_flags: { flags: pairs(this.#context.flagsShown) } };
      case "GET_METRICS":
        return { type, get_metrics: { metrics: pairs(this.#context.metrics.snapshot()) } };
      case "GET_LOGGING_LEVEL":
        return { type, get_logging_level: { level: this.#logging.level } };
      case "GET_MASTER":
        return { type, get_master: this.#master() };
      case "GET_ROLES":
        return { type, get_roles: unlessEmpty("roles", this.#roles()) };
      case "GET_OPERATIONS":
        return { type, get_operations: {} };
      // Without any, Mesos leaves the part out.
      case "GET_WEIGHTS":
        return { type };
      case "GET_QUOTA":
        return { type, get_quota: { status: {} } };
      case "GET_MAINTENANCE_SCHEDULE":
        return { type, get_maintenance_schedule: { schedule: {} } };
      case "GET_MAINTENANCE_STATUS":
        return { type, get_maintenance_status: { status: {} } };
      default:
        return undefined;
    }
  }

  #master(): master.Response_GetMaster {
    const { info, startedAt, electedAt } = this.#context.state;
    return {
      master_info: info,
      start_time: epochSecondsOf(startedAt),
      ...(electedAt === undefined ? {} : { elected_time: epochSecondsOf(electedAt) }),
    };
  }

  #roles(): Role[] {
    return Array.from(roleBreakdowns(this.#context.state).values(), roleMessage);
  }
}

const shownResources: ReadonlySet<string> = new Set(["cpus", "mem", "disk", "gpus"]);

function roleMessage({ name, frameworks, allocated, offered }: RoleBreakdown): Role {
  const amounts = [...sumOf(allocated, offered)].filter(([each]) => shownResources.has(each));
  return {
    name,
    weight: defaultWeight,
    ...unlessEmpty(
      "frameworks",
      Array.from(frameworks, (value) => ({ value })),
    ),
    ...unlessEmpty(
      "resources",
      amounts.map(([each, amount]) => scalarResource(each, unitsOf(amount))),
    ),
  };
}

function scalarResource(name: string, value: number): Resource {
  return { name, type: "SCALAR", scalar: { value } };
}

function pairs<V>(record: Readonly<Record<string, V>>): { name: string; value: V }[] {
  return Object.entries(record).map(([name, value]) => ({ name, value }));
}
