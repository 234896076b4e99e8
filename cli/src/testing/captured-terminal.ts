/**
 * A terminal that keeps what is written to it.
 */

import type { Terminal } from "../terminal.ts";

export interface CapturedTerminal extends Terminal {
  readonly output: string;
  readonly errors: string;
}

export function capturedTerminal(
  environment: Readonly<Record<string, string>> = {},
): CapturedTerminal {
  let output = "";
  let errors = "";
  return {
    get output() {
      return output;
    },
    get errors() {
      return errors;
    },
    async write(data) {
      output += typeof data === "string" ? data : Buffer.from(data).toString("utf8");
    },
    async writeError(data) {
      errors += typeof data === "string" ? data : Buffer.from(data).toString("utf8");
    },
    tell(text) {
      errors += text;
    },
    isWatched: false,
    environment,
  };
}
