/**
 * A scenario on a failover cluster: a test that is left out where the cluster cannot be, and that tells
 * what the daemons said and what the framework was told when it fails.
 */

import { type TestContext, test } from "node:test";
import type { FailoverCluster } from "./cluster.ts";
import type { Framework } from "./framework.ts";

export interface ScenarioStage {
  /** Why there is no cluster; undefined when there is one. */
  readonly why: string | undefined;
  /** Of the moment: both are made before the first scenario and may be replaced in one. */
  readonly cluster: () => FailoverCluster;
  readonly framework: () => Framework;
  /** After each, whether it failed or not. */
  readonly afterEach?: () => Promise<void>;
}

export type Scenario = (title: string, run: (context: TestContext) => Promise<void>) => void;

export function scenariosOn({ why, cluster, framework, afterEach }: ScenarioStage): Scenario {
  return (title, run) => {
    test(title, async (context) => {
      if (why !== undefined) return context.skip(why);
      try {
        await run(context);
      } catch (error) {
        context.diagnostic(cluster().logs());
        context.diagnostic(JSON.stringify(framework().journal(), undefined, 1));
        throw error;
      } finally {
        await afterEach?.();
      }
    });
  };
}
