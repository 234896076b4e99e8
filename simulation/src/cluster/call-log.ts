/**
 * HTTP for a scheduler, with what it says readable in the log.
 */

import type { HttpClient } from "@tavola/host";
import { readableCall } from "../world/message-text.ts";
import type { Network } from "../world/network.ts";
import type { SimulatedProcess } from "../world/process.ts";
import { httpClientOf } from "../world/simulated-http.ts";

export function schedulerHttpOf(network: Network, process: SimulatedProcess): HttpClient {
  return httpClientOf(network, process, ({ body }) => {
    const bytes = typeof body === "string" ? Buffer.from(body) : body;
    return bytes === undefined ? undefined : () => readableCall(bytes);
  });
}
