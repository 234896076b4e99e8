/**
 * Whether one of the schedulers leads, and has been taken in by the master.
 */

import { CodedError } from "@tavola/base";
import { createHttpClient, type HttpClient } from "@tavola/host";

const lookEveryMs = 50;

interface StateView {
  readonly hostStates?: readonly {
    readonly hostAddress?: string;
    readonly mesosConnected?: boolean;
  }[];
}

/** The leader's URL. Rejects with CANNOT_START. */
export async function untilScheduling(urls: readonly string[], msMax: number): Promise<string> {
  const http = createHttpClient();
  const startedAt = performance.now();
  try {
    for (;;) {
      for (const url of urls) {
        const leader = await leaderOf(http, url);
        if (leader !== undefined) return urls.find((each) => new URL(each).host === leader) ?? url;
      }
      if (performance.now() - startedAt > msMax) {
        throw new CodedError(
          "CANNOT_START",
          `no scheduler has been taken in by the master in ${msMax / 1000} s; the log above says why`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  } finally {
    await http.close();
  }
}

/** As far as this one knows; one that follows passes the question on. */
async function leaderOf(http: HttpClient, url: string): Promise<string | undefined> {
  try {
    const response = await http.request({ method: "GET", url: `${url}/api/state` });
    const body = Buffer.from(await response.body()).toString();
    if (response.status !== 200) return undefined;
    const { hostStates = [] } = JSON.parse(body) as StateView;
    return hostStates.find(({ mesosConnected }) => mesosConnected === true)?.hostAddress;
  } catch (error) {
    if (error instanceof CodedError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
