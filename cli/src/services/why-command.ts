/**
 * `tavola why`: what a request waits for.
 */

import { type Command, usageError } from "../command.ts";
import { type OptionTable, parseOptions } from "../options.ts";
import { segment, type WhyView } from "./request-view.ts";
import { askScheduler, schedulerOptionHelp } from "./scheduler-client.ts";
import { whyLines } from "./why-lines.ts";

const options = {
  json: { type: "boolean" },
  scheduler: { type: "string" },
} as const satisfies OptionTable;

const usage = `usage: tavola why ID [--json]

Says why a request is not running, or not as it should: what each of its pending tasks needs, how many
agents fail which rule, and which came nearest.

  --json               all of it: per agent the first rule that it failed
${schedulerOptionHelp}`;

export const whyCommand: Command = {
  usage,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(options, args);
    const [id, ...rest] = positionals;
    if (id === undefined || rest.length > 0) throw usageError("name one request");
    const why = await askScheduler(values.scheduler, terminal, (scheduler) =>
      scheduler.get<WhyView>(`/requests/request/${segment(id)}/why`),
    );
    await terminal.write(
      values.json === true ? `${JSON.stringify(why)}\n` : `${whyLines(why).join("\n")}\n`,
    );
    return 0;
  },
};
