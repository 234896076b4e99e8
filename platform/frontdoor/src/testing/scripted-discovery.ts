/** A discovery server that answers watches with what a test announces. */

import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export interface ScriptedDiscovery {
  readonly url: string;
  /** All that is announced from now on. */
  announce(...announcements: readonly ScriptedAnnouncement[]): void;
  /** Whoever watches has heard of all of it. */
  isHeard(): boolean;
}

export interface ScriptedAnnouncement {
  readonly announcementId: string;
  readonly serviceType: string;
  readonly serviceUri: string;
  readonly feature?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export async function scriptedDiscovery(context: TestContext): Promise<ScriptedDiscovery> {
  let updates: readonly ScriptedAnnouncement[] = [];
  let index = 1;
  let heard = 0;
  const waiting = new Set<ServerResponse>();
  const answer = (response: ServerResponse): void => {
    waiting.delete(response);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ fullUpdate: true, index, deletes: [], updates }));
  };
  const server = createServer((request, response) => {
    const since = new URL(request.url ?? "/", "http://x").searchParams.get("since");
    heard = Math.max(heard, Number(since) - 1);
    if (since === null || Number(since) <= index) return answer(response);
    waiting.add(response);
    response.on("close", () => waiting.delete(response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isHeard: () => heard >= index,
    announce(...announcements) {
      updates = announcements;
      index += 1;
      for (const response of [...waiting]) answer(response);
    },
  };
}
