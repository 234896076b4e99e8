/**
 * Fields that an instance may take for a header by which rules decide.
 *
 * To CGI and its heirs (WSGI, Rack, PHP) `X_Tenant` and `X-Tenant` are both HTTP_X_TENANT; to rules, as to
 * HTTP, they are two. So where some line asks for HTTP_X_TENANT, `X_Tenant` could say to an instance what
 * the line would have refused, and is not handed on.
 */

import type { Rule } from "./rule.ts";

/** Names with a dash, which alone can be written in another way; in lower case. */
export function askedHeaders(rules: readonly Rule[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { conditions } of rules) {
    for (const { variable } of conditions) {
      if (variable.kind === "header" && variable.name.includes("-")) names.add(variable.name);
    }
  }
  return names;
}

/** `name` is in lower case. PERF: nothing where no line asks for such a header. */
export function seemsAskedFor(name: string, asked: ReadonlySet<string>): boolean {
  return asked.size > 0 && name.includes("_") && asked.has(name.replaceAll("_", "-"));
}
