/**
 * A plane with rules, instances that a test plays, and all of it gone after the test.
 */

import type { TestContext } from "node:test";
import { invariant, seededRandom } from "@tavola/base";
import { silentLogger, systemClock } from "@tavola/host";
import { parseRules } from "../../core/parse-rules.ts";
import type { Instance, Services } from "../../core/routing-table.ts";
import type { Rule } from "../../core/rule.ts";
import { formatRuleError } from "../../core/rule-error.ts";
import type { DataPlane, EndedRequest } from "../data-plane.ts";
import type { PlaneOptions } from "../plane-options.ts";
import { type BackendOptions, type RawBackend, startBackend } from "./raw-backend.ts";
import { type ClientOptions, connectClient, type RawClient } from "./raw-client.ts";

/** Makes the plane that is tested; a text says why this machine cannot. */
export interface CreatePlane {
  (options: PlaneOptions): Promise<DataPlane | string>;
  /** Titles of tests that it does not pass on purpose, with the reason; each is in its decision's table. */
  readonly differs?: ReadonlyMap<string, string>;
}

export interface PlaneFixture {
  readonly plane: DataPlane;
  /** What the observer was told, in order. */
  readonly ended: readonly EndedRequest[];
  backend(options?: BackendOptions): Promise<RawBackend>;
  /** Instances by service; what was there before is no more. */
  serve(
    services: Readonly<Record<string, readonly (RawBackend | Partial<Instance>)[]>>,
  ): Promise<void>;
  rules(text: string): Promise<void>;
  client(options?: ClientOptions): RawClient;
}

/** Undefined: this machine cannot, and the test is skipped. */
export async function planeFixture(
  context: TestContext,
  create: CreatePlane,
  options: Partial<PlaneOptions> = {},
): Promise<PlaneFixture | undefined> {
  const ended: EndedRequest[] = [];
  const listen = { ip: "127.0.0.1", httpPort: 0, httpsPort: undefined, certificates: [] };
  const plane = await create({
    ...{ listen, clock: systemClock(), logger: silentLogger, random: seededRandom(7) },
    observer: { ended: (request) => void ended.push(request) },
    ...options,
  });
  if (typeof plane === "string") {
    context.skip(plane);
    return undefined;
  }
  const backends: RawBackend[] = [];
  const clients: RawClient[] = [];
  context.after(async () => {
    for (const { socket } of clients) socket.destroy();
    await plane.close({ drainMs: 0 });
    for (const backend of backends) await backend.close();
  });
  return {
    plane,
    ended,
    async backend(backendOptions) {
      const backend = await startBackend(backendOptions);
      backends.push(backend);
      return backend;
    },
    serve: (services) => plane.setServices(servicesOf(services)),
    rules: (text) => plane.setRules({ source: "test", rules: rulesOf(text) }),
    client(clientOptions) {
      const client = connectClient(clientOptions?.to ?? (plane.urls[0] as string), clientOptions);
      clients.push(client);
      return client;
    },
  };
}

function rulesOf(text: string): readonly Rule[] {
  const { rules, errors = [] } = parseRules(text, "test.rules");
  invariant(rules !== undefined, errors.map(formatRuleError).join("\n"));
  return rules;
}

function servicesOf(
  services: Readonly<Record<string, readonly (RawBackend | Partial<Instance>)[]>>,
): Services {
  return new Map(
    Object.entries(services).map(([name, instances]) => [
      name,
      instances.map((instance) => ({
        ...{ id: instance.uri ?? "", uri: "", weight: 1, zone: undefined },
        ...("connections" in instance ? { uri: instance.uri } : instance),
      })),
    ]),
  );
}
