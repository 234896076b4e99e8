/**
 * Looking for a request's own regular expression in its tasks' output.
 *
 * The expression comes from whoever wrote the request, and one like `(a+)+$` takes longer than the
 * universe on the wrong line. It runs where its time can be limited: V8 gives up on it then, and so do we.
 */

import { createContext, Script } from "node:vm";
import { parseErrorPattern } from "../core/mail/error-pattern.ts";

export interface ErrorSearch {
  /** Where in `text` the first match begins; undefined: none, or out of time. */
  find(text: string): number | undefined;
}

/** Of all that one search may take together; the event loop stands still meanwhile. */
const searchMsMax = 100;

/** Undefined when the pattern is none. */
export function createErrorSearch(
  pattern: string,
  isCaseSensitive: boolean,
): ErrorSearch | undefined {
  const regex = parseErrorPattern(pattern, isCaseSensitive);
  if (regex === undefined) return undefined;
  const context = createContext({ regex, text: "" });
  const script = new Script("regex.exec(text)?.index");
  let leftMs = searchMsMax;
  return {
    find(text) {
      if (leftMs < 1) return undefined;
      context["text"] = text;
      const startedAt = performance.now();
      try {
        const timeout = Math.ceil(leftMs);
        return script.runInContext(context, { timeout }) as number | undefined;
      } catch {
        leftMs = 0;
        return undefined;
      } finally {
        leftMs -= performance.now() - startedAt;
      }
    },
  };
}
