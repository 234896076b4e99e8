/**
 * Waits until somebody listens at an address.
 */

import { connect } from "node:net";

const lookEveryMs = 100;

/** Resolves with true once a connection is taken at the URL's host and port, with false when `signal` ends it. */
export async function untilListening(url: URL, signal: AbortSignal): Promise<boolean> {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port);
  while (!signal.aborted) {
    if (await takesConnection(host, port, signal)) return true;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return false;
}

function takesConnection(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    const finish = (isTaken: boolean): void => {
      socket.destroy();
      resolve(isTaken);
    };
    socket.once("connect", () => finish(true)).once("error", () => finish(false));
  });
}
