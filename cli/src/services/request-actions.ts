/**
 * What can be done to a request with one word: scale, bounce, pause, unpause, rollback.
 *
 * Each is a row: what it is called, what it takes beside the request, and the call that it makes.
 */

import { type Command, usageError } from "../command.ts";
import { type OptionTable, parseCount, parseOptions } from "../options.ts";
import { segment } from "./request-view.ts";
import { askScheduler, schedulerOptionHelp } from "./scheduler-client.ts";

const options = {
  message: { type: "string", short: "m" },
  for: { type: "string" },
  incremental: { type: "boolean" },
  "skip-healthchecks": { type: "boolean" },
  "keep-tasks": { type: "boolean" },
  "acknowledge-large-scale-down": { type: "boolean" },
  to: { type: "string" },
  json: { type: "boolean" },
  scheduler: { type: "string" },
} as const satisfies OptionTable;

type Name = keyof typeof options;
type Values = ReturnType<typeof parseOptions<typeof options>>["values"];

interface Call {
  readonly method: "POST" | "PUT";
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly told: string;
}

interface Action {
  readonly synopsis: string;
  readonly description: string;
  /** Options of its own, beside --message, --json and --scheduler. */
  readonly takes: readonly Name[];
  readonly call: (id: string, rest: readonly string[], values: Values) => Call;
}

const optionHelp: Partial<Readonly<Record<Name, string>>> = {
  for: "  --for=SECONDS        only for so long; then it is taken back\n",
  incremental: "  --incremental        one instance after the other\n",
  "skip-healthchecks": "  --skip-healthchecks  take new instances for healthy once they run\n",
  "keep-tasks": "  --keep-tasks         let what runs go on to its end\n",
  "acknowledge-large-scale-down":
    "  --acknowledge-large-scale-down\n                       needed to give up more than half of many instances\n",
  to: "  --to=DEPLOY          this deploy, not the one before\n",
};

const actions: Readonly<Record<string, Action>> = {
  scale: {
    synopsis: "ID INSTANCES",
    description: "Changes how many instances a request has.",
    takes: ["for", "skip-healthchecks", "incremental", "acknowledge-large-scale-down"],
    call(id, [count], values) {
      const instances = parseCount("instances", count ?? "", 0, 1_000_000);
      const acknowledged = values["acknowledge-large-scale-down"] === true;
      return {
        method: "PUT",
        path: `/scale${acknowledged ? "?largeScaleDownAcknowledged=true" : ""}`,
        body: { instances, ...common(values) },
        told: `${id}: ${instances} instances`,
      };
    },
  },
  bounce: {
    synopsis: "ID",
    description: "Replaces every instance by a new one of the same deploy.",
    takes: ["incremental", "skip-healthchecks", "for"],
    call: (id, _, values) => ({
      method: "POST",
      path: "/bounce",
      body: { incremental: values.incremental === true, ...common(values) },
      told: `${id}: bouncing`,
    }),
  },
  pause: {
    synopsis: "ID",
    description: "Stops a request: nothing of it is started until it is unpaused.",
    takes: ["keep-tasks", "for"],
    call: (id, _, values) => ({
      method: "POST",
      path: "/pause",
      body: { killTasks: values["keep-tasks"] !== true, ...common(values) },
      told: `${id}: paused`,
    }),
  },
  unpause: {
    synopsis: "ID",
    description: "Starts a paused request again.",
    takes: ["skip-healthchecks"],
    call: (id, _, values) => ({
      method: "POST",
      path: "/unpause",
      body: common(values),
      told: `${id}: unpaused`,
    }),
  },
  rollback: {
    synopsis: "ID",
    description:
      "Goes back to the deploy that succeeded before the active one, as a new deploy: what runs now is\nstopped when that has come up.",
    takes: ["to"],
    call: (id, _, values) => ({
      method: "POST",
      path: "/rollback",
      body: { ...common(values), ...(values.to === undefined ? {} : { deployId: values.to }) },
      told: `${id}: rolling back`,
    }),
  },
};

function common(values: Values): Readonly<Record<string, unknown>> {
  return {
    ...(values.message === undefined ? {} : { message: values.message }),
    ...(values.for === undefined
      ? {}
      : { durationMillis: parseCount("for", values.for, 0, 31_536_000) * 1000 }),
    ...(values["skip-healthchecks"] === true ? { skipHealthchecks: true } : {}),
  };
}

/** The command of that name. */
export function actionCommand(name: keyof typeof actions): Command {
  const action = actions[name] as Action;
  const { synopsis, description, takes } = action;
  const allowed = [...takes, "message", "json", "scheduler"] as const;
  const table = Object.fromEntries(allowed.map((each) => [each, options[each]]));
  const words = synopsis.split(" ").length;
  return {
    usage: `usage: tavola ${name} ${synopsis} [OPTIONS]\n\n${description}\n\n${takes
      .map((each) => optionHelp[each] ?? "")
      .join(
        "",
      )}  --message=TEXT       why, for the history\n  --json               the scheduler's answer as it is\n${schedulerOptionHelp}`,
    async run(args, terminal) {
      const { values, positionals } = parseOptions(table as typeof options, args);
      const [id, ...rest] = positionals;
      if (id === undefined || positionals.length !== words) throw usageError(`wanted ${synopsis}`);
      const { method, path, body, told } = action.call(id, rest, values);
      const answer = await askScheduler(values.scheduler, terminal, (scheduler) =>
        scheduler.call(method, `/requests/request/${segment(id)}${path}`, body),
      );
      await terminal.write(values.json === true ? `${JSON.stringify(answer)}\n` : `${told}\n`);
      return 0;
    },
  };
}
