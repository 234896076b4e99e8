/** `tavola frontdoor check`: whether a front door would take a rule file, and if not, all that is wrong. */

import { formatRuleError, parseRules, type Rule, servicesOf } from "@tavola/frontdoor";
import { usageError } from "../command.ts";
import { exitStatus } from "../exit-status.ts";
import { parseOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import { readRules } from "./read-rules.ts";

export const checkUsage = `usage: tavola frontdoor check FILE

Reads a rule file (- is standard input), and writes what is wrong with it as FILE:LINE:COLUMN. Exit status 0:
a front door takes it; 1: it does not.
`;

export async function checkRules(args: readonly string[], terminal: Terminal): Promise<number> {
  const { positionals } = parseOptions({}, args);
  const [from, unexpected] = positionals;
  if (from === undefined) throw usageError("check needs a file");
  if (unexpected !== undefined) throw usageError(`unexpected argument "${unexpected}"`);
  const { text, file } = await readRules(from);
  const { rules, errors } = parseRules(text, file);
  if (errors !== undefined) {
    for (const error of errors) await terminal.write(`${formatRuleError(error)}\n`);
    const count = errors.length === 1 ? "1 error" : `${errors.length} errors`;
    terminal.tell(`tavola frontdoor: ${count}\n`);
    return exitStatus.failed;
  }
  const all = rules.find(takesEverything);
  if (all !== undefined && all !== rules.at(-1)) {
    const place = `${file}:${all.line}:1`;
    terminal.tell(`${place}: this line takes every request; those below are never reached\n`);
  }
  const services = [...servicesOf(rules)].sort();
  const lines = rules.length === 1 ? "1 rule" : `${rules.length} rules`;
  const names = services.length === 0 ? "no service" : services.join(", ");
  await terminal.write(`${file}: ${lines}, to ${names}\n`);
  return exitStatus.ok;
}

function takesEverything({ conditions, action }: Rule): boolean {
  return conditions.length === 0 && action.kind !== "rewrite";
}
