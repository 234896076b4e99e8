/**
 * The demo's steps about outside traffic: a service reached through the front door, a push that changes
 * the routes, and an update under load.
 */

import { type Cluster, eventually } from "@tavola/harness";
import type { Routes } from "./routes.ts";
import { deployOf } from "./service-steps.ts";
import { check, expectStatus, say, tavolaGiven } from "./telling.ts";

export const firstRule = "REQUEST_URI=/api/timezone* passthru timezone";
const secondRules = `${firstRule}
REQUEST_URI=/clock/* rewrite /api/timezone/*
REQUEST_URI=/api/timezone/* passthru timezone set-header="X-Route: clock"
`;

/** Who asks again and again, as many at once as there are. */
const askers = 4;

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function ask(url: string): Promise<Answer> {
  const answer = await fetch(url);
  return { status: answer.status, text: await answer.text() };
}

export async function throughFrontdoor(cluster: Cluster, routes: Routes): Promise<void> {
  const { frontdoor = "" } = cluster;
  say("\n8. The same service from outside: a front door, and its rules in a Git repository");
  if (!routes.isInGit)
    say("   the repository is left out: there is no git here; the rules are a file");
  say(`   ${firstRule}`);
  const inside = `${frontdoor}/api/timezone/Europe/Rome`;
  const first = await eventually("the service to answer through the front door", async () => {
    const answer = await ask(inside);
    return answer.status === 200 ? answer : undefined;
  });
  say(`   ${inside} -> ${first.text}`);
  const outside = `${frontdoor}/clock/Europe/Rome`;
  const before = await ask(outside);
  check(before.status === 404, `${outside} answers ${before.status} before there is a rule`);
  say(`   ${outside} -> ${before.status} ${before.text.trim()}`);
  const change = routes.isInGit ? "git push" : "written to the file";
  say(`   ${change}: REQUEST_URI=/clock/* rewrite /api/timezone/*, and one more line`);
  const pushedAt = performance.now();
  routes.push(secondRules, "A clock for everybody");
  const after = await eventually("the push to be in effect", async () => {
    const answer = await ask(outside);
    return answer.status === 200 ? answer : undefined;
  });
  const tookMs = Math.round(performance.now() - pushedAt);
  say(
    `   ${outside} -> ${after.text} (${tookMs} ms after ${routes.isInGit ? "the push" : "that"})`,
  );
}

export async function updateUnderLoad(cluster: Cluster): Promise<void> {
  say("\n9. An update, while the service is asked through the front door without a pause");
  const url = `${cluster.frontdoor}/api/timezone/Europe/Rome`;
  const versions = new Map<string, number>();
  const failures: string[] = [];
  let isDone = false;
  const asking = Array.from({ length: askers }, async () => {
    while (!isDone) {
      try {
        const { status, text } = await ask(url);
        if (status === 200) count(versions, (JSON.parse(text) as { version: string }).version);
        else failures.push(`${status} ${text.trim()}`);
      } catch (error) {
        failures.push(String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  const deploy = await tavolaGiven(cluster, deployOf("4"), "deploy", "-").finally(() => {
    isDone = true;
  });
  await Promise.all(asking);
  expectStatus("tavola deploy", deploy, 0);
  const asked = [...versions.values()].reduce((sum, each) => sum + each, 0);
  const [failure] = failures;
  check(failure === undefined, `${failures.length} of ${asked} requests failed: ${failure}`);
  const told = [...versions].map(([version, times]) => `version ${version} ${times} times`);
  check((versions.get("4") ?? 0) > 0, `the new version never answered: ${told.join(", ")}`);
  say(`   ${asked} requests, none failed: ${told.join(", ")}`);
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
