/** The rules of a front door that has none yet: it listens, and says why it can do no more. */

import type { RuleSet } from "./routing-table.ts";

/** `why`: "the Git server is away", in words; it is shown to clients. */
export function noRulesYet(why: string): RuleSet {
  const body = `The front door has no rules yet: ${why}\n`;
  return {
    source: "none yet",
    rules: [
      {
        line: 0,
        // Data planes tell rules apart by it.
        text: `respond 503 ${JSON.stringify(body)}`,
        conditions: [],
        action: {
          kind: "respond",
          status: 503,
          body,
          contentType: "text/plain; charset=utf-8",
        },
        options: { responseHeaders: [{ name: "retry-after", value: "5" }] },
      },
    ],
  };
}
