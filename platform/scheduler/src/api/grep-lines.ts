/**
 * The lines of a text that a caller's regular expression matches.
 *
 * One like `(a+)+$` takes longer than the universe on the wrong line, and would stop the scheduler for
 * everybody. It runs where its time can be limited: V8 gives up on it then, and so do we.
 */

import { createContext, Script } from "node:vm";
import type { Result } from "@tavola/base";

/** The event loop stands still meanwhile. */
const grepMsMax = 100;

const script = new Script(`text.split("\\n").filter((line) => regex.test(line))`);

/** The error is for the caller: no regular expression, or one that takes too long. */
export function grepLines(text: string, pattern: string): Result<readonly string[]> {
  let regex: RegExp;
  try {
    regex = new RegExp(pattern);
  } catch {
    return { error: `grep ${pattern} is not a regular expression` };
  }
  try {
    const lines: Iterable<string> = script.runInContext(createContext({ text, regex }), {
      timeout: grepMsMax,
    });
    return { value: [...lines] };
  } catch {
    return {
      error: `grep ${pattern} takes too long; ask for less at once, or for something simpler`,
    };
  }
}
