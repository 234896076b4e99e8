/**
 * A daemon's port in the simulated network: what `openEndpoint` is to a real one.
 */

import type { Endpoint, EndpointOptions, HttpHandler } from "@tavola/host";
import type { Upid } from "@tavola/protocol";
import type { Listener, Network } from "./network.ts";
import type { SimulatedProcess } from "./process.ts";
import { SimulatedMessenger } from "./simulated-messenger.ts";

export interface EndpointSeams {
  /** Sees every libprocess message before it leaves; false keeps it. */
  readonly passes?: (to: Upid, name: string, body: Uint8Array) => boolean;
  /** Stands before what answers requests. */
  readonly wrap?: (handler: HttpHandler) => HttpHandler;
}

/** An `openEndpoint` for one process; its host is the address, whatever is asked for. */
export function endpointsOf(
  network: Network,
  process: SimulatedProcess,
  seams: EndpointSeams = {},
): (options: EndpointOptions) => Promise<Endpoint> {
  return async (options) => {
    const ip = process.host;
    const { port } = options;
    const deliver: Listener["onMessage"] = (message) => {
      options.onMessage?.(message);
    };
    const listener: Listener = {
      process,
      onMessage: deliver,
      onRequest: seams.wrap?.(options.onRequest) ?? options.onRequest,
    };
    network.listen(`${ip}:${port}`, listener);
    const messenger = new SimulatedMessenger({
      network,
      process,
      ip,
      port,
      deliverHere: deliver,
      ...(seams.passes !== undefined && { passes: seams.passes }),
    });
    return {
      ip,
      port,
      boundPort: port,
      messenger,
      droppedMessages: 0,
      async close() {
        network.stopListening(`${ip}:${port}`, listener);
        messenger.close();
      },
    };
  };
}
