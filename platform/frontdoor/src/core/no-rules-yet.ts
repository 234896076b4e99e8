/** The rules of a front door that has none yet: it listens, and says why it can do no more. */

import type { RuleSet } from "./routing-table.ts";

/** `why`: "the Git server is away", in words; it is shown to clients. */
export function noRulesYet(why: string): RuleSet {
  return {
    source: "none yet",
    rules: [
      {
        line: 0,
        text: "respond 503",
        conditions: [],
        action: {
          kind: "respond",
          status: 503,
          body: `The front door has no rules yet: ${why}\n`,
          contentType: "text/plain; charset=utf-8",
        },
        options: { responseHeaders: [{ name: "retry-after", value: "5" }] },
      },
    ],
  };
}
