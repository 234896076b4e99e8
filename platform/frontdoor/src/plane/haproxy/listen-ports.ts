/**
 * Which ports a HAProxy is told to listen on: it cannot say itself which one it was given for 0, so a
 * free one is chosen before, which somebody else may take in between.
 */

import { CodedError } from "@tavola/base";
import type { ListenOptions } from "../data-plane.ts";
import { freePort } from "./free-port.ts";

export type ListenPorts = Pick<ListenOptions, "ip" | "httpPort" | "httpsPort">;

/** Of tries to find ports that nobody takes in between. */
const triesMax = 5;

/** Resolves once `start` has, with these ports. Rejects with LISTEN_FAILED when they are taken. */
export async function startOnPorts(
  wanted: ListenPorts,
  start: (ports: ListenPorts) => Promise<void>,
): Promise<void> {
  const { ip, httpPort, httpsPort } = wanted;
  const mayTryAgain = httpPort === 0 || httpsPort === 0;
  for (let tries = 1; ; tries += 1) {
    const chosen = {
      ip,
      httpPort: httpPort === undefined ? undefined : await freePort(ip, httpPort),
      httpsPort: httpsPort === undefined ? undefined : await freePort(ip, httpsPort),
    };
    try {
      return await start(chosen);
    } catch (error) {
      if (!isPortTaken(error)) throw error;
      if (mayTryAgain && tries < triesMax) continue;
      throw new CodedError("LISTEN_FAILED", "cannot listen", { ...wanted }, { cause: error });
    }
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof CodedError && String(error.details["said"]).includes("bind");
}

export function formatUrls({ ip, httpPort, httpsPort }: ListenPorts): readonly string[] {
  const host = ip.includes(":") ? `[${ip}]` : ip;
  return [
    ...(httpPort === undefined ? [] : [`http://${host}:${httpPort}`]),
    ...(httpsPort === undefined ? [] : [`https://${host}:${httpsPort}`]),
  ];
}
