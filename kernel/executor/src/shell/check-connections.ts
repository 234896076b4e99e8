/** Asking a task over HTTP, or just connecting to it. */

import { connect } from "node:net";
import { CodedError } from "@tavola/base";
import type { HttpClient } from "@tavola/host";
import type { ProbeResult } from "../core/check-schedule.ts";

/** What curl, which Mesos asks with, follows at most. */
const redirectsMax = 50;

/**
 * The status of the response to a GET, after redirects. A certificate is not verified: it cannot be
 * made out to 127.0.0.1. A body that does not end is no response.
 *
 * Rejects with the client's errors, and with CodedError CHECK_FAILED after too many redirects.
 */
export async function askHttp(
  http: HttpClient,
  url: string,
  signal: AbortSignal,
): Promise<ProbeResult> {
  let target = url;
  for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
    const response = await http.request({
      method: "GET",
      url: target,
      // A connection kept from the last time may be to a server that is no more.
      headers: { Accept: "*/*", Connection: "close" },
      verifiesCertificate: false,
      signal,
    });
    const { status, headers } = response;
    for await (const _ of response.chunks());
    const location = headers["location"];
    if (status < 300 || status >= 400 || location === undefined) {
      return { kind: "answered", status };
    }
    target = new URL(location, target).href;
  }
  throw new CodedError("CHECK_FAILED", `more than ${redirectsMax} redirects`, { url });
}

/** Whether somebody accepts connections. Rejects with the signal's reason. */
export function tryConnecting(
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const giveUp = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    const settle = (succeeded: boolean): void => {
      signal.removeEventListener("abort", giveUp);
      socket.destroy();
      resolve({ kind: "connected", succeeded });
    };
    signal.addEventListener("abort", giveUp, { once: true });
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}
