/**
 * The user's side of the scheduler's API: one call at a time and a day's patience of ten seconds.
 */

import { CodedError, randomInt } from "@tavola/base";
import type { HttpClient } from "@tavola/host";
import type { Network } from "../world/network.ts";
import { SimulatedProcess } from "../world/process.ts";
import { httpClientOf } from "../world/simulated-http.ts";
import { schedulerPort } from "./scheduler-host.ts";

const patienceMs = 10_000;

export interface ApiCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/api`. */
  readonly path: string;
  readonly body?: unknown;
}

/** unknown: it may have been done, or be done yet. */
export type ApiAnswer =
  | { readonly kind: "done"; readonly status: number; readonly json: unknown }
  | { readonly kind: "refused"; readonly status: number; readonly text: string }
  | { readonly kind: "unknown" };

export class ApiClient {
  readonly process: SimulatedProcess;
  readonly #http: HttpClient;
  readonly #hosts: readonly string[];

  /** `hosts`: of the schedulers; any of them will do. */
  constructor(network: Network, hosts: readonly string[], name: string) {
    const hostClock = { offsetMs: 0, rate: 1 };
    this.process = new SimulatedProcess(network.world, name, "10.0.3.5", hostClock);
    this.#http = httpClientOf(network, this.process, ({ body }) =>
      body === undefined ? undefined : () => Buffer.from(body).toString(),
    );
    this.#hosts = hosts;
  }

  async call({ method, path, body }: ApiCall): Promise<ApiAnswer> {
    const { process } = this;
    const host = this.#hosts[randomInt(process.random, this.#hosts.length)];
    const controller = new AbortController();
    const timer = process.clock.after(patienceMs, () => controller.abort());
    try {
      const response = await this.#http.request({
        method,
        url: `http://${host}:${schedulerPort}/singularity/api${path}`,
        signal: controller.signal,
        ...(body === undefined
          ? {}
          : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
      });
      const text = Buffer.from(await response.body()).toString();
      const { status } = response;
      process.world.note(
        `${process.name}: ${method} ${path} is answered ${status}`,
        undefined,
        () => text.slice(0, 200),
      );
      if (status >= 500) return { kind: "unknown" };
      if (status >= 400) return { kind: "refused", status, text };
      return { kind: "done", status, json: text === "" ? undefined : JSON.parse(text) };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return { kind: "unknown" };
    } finally {
      timer.cancel();
    }
  }
}
