/** Every message type that the package exports. For tests only. */

import type { MessageType } from "../src/index.ts";
import * as protocol from "../src/index.ts";

export function allMessageTypes(): MessageType<unknown>[] {
  const modules: readonly object[] = [
    protocol,
    protocol.agent,
    protocol.allocator,
    protocol.checkpoint,
    protocol.executor,
    protocol.internal,
    protocol.maintenance,
    protocol.master,
    protocol.quota,
    protocol.scheduler,
  ];
  const exported = modules.flatMap((module) => Object.values(module)) as (
    | MessageType<unknown>
    | { readonly form?: undefined }
    | undefined
  )[];
  return [...new Set(exported.filter((type) => type?.form === "message"))];
}
