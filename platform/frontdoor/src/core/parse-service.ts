/** `serviceType` or `serviceType:feature`, as clients of discovery name a service. */

import type { ServiceName } from "./rule.ts";

/** What a service may be called in a rule; discovery itself takes more. */
export const serviceExpected =
  "a service, such as timezone or timezone:canary, in letters, digits and . _ - ~ / +";

export function parseService(text: string): ServiceName | undefined {
  return text.length <= 255 && /^[\w.~/+-]+(?::[\w.~/+-]+)?$/.test(text) ? text : undefined;
}
