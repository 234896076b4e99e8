/**
 * HTTP for a scheduler of services: its calls to the master readable in the log, and its launches told
 * to whoever watches before they leave.
 */

import type { HttpClient, HttpClientResponse } from "@tavola/host";
import { decodeMessage, scheduler, type TaskInfo } from "@tavola/protocol";
import { schedulerHttpOf } from "../cluster/call-log.ts";
import type { Network } from "../world/network.ts";
import type { SimulatedProcess } from "../world/process.ts";

export interface SchedulerCallsOptions {
  readonly network: Network;
  readonly process: SimulatedProcess;
  /** A task is about to be sent off. */
  readonly launches: (info: TaskInfo) => void;
  /** Of such calls it says that the master took them, and sends none. */
  readonly swallowed: scheduler.Call_Type | undefined;
}

const schedulerPath = "/api/v1/scheduler";

export function schedulerCalls(options: SchedulerCallsOptions): HttpClient {
  const { network, process, launches, swallowed } = options;
  const http = schedulerHttpOf(network, process);
  return {
    request(request) {
      const { body, url } = request;
      if (typeof body !== "object" || !url.endsWith(schedulerPath)) return http.request(request);
      const { value: call } = decodeMessage(scheduler.Call, body);
      if (call?.type !== undefined && call.type === swallowed) return Promise.resolve(accepted);
      if (process.touch()) {
        for (const { launch } of call?.accept?.operations ?? []) {
          for (const info of launch?.task_infos ?? []) launches(info);
        }
      }
      return http.request(request);
    },
    close: () => http.close(),
  };
}

const accepted: HttpClientResponse = {
  status: 202,
  headers: {},
  body: async () => new Uint8Array(),
  async *chunks() {},
};
