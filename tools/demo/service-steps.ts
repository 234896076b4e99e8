/**
 * The demo's steps about services: deployed, updated, rolled back, and jobs beside them.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Cluster, eventually, repositoryRoot } from "@tavola/harness";
import { check, expectStatus, say, tavola, tavolaGiven } from "./telling.ts";

const service = "timezone";
const server = join(repositoryRoot, "examples/timezone/server.ts");

/** The service's deploy file, with the paths of this machine and another version. */
export function deployOf(version: string, env: Readonly<Record<string, string>> = {}): string {
  const text = readFileSync(join(repositoryRoot, "examples/timezone/deploy.yaml"), "utf8");
  const more = Object.entries(env).map(([name, value]) => `, ${name}: "${value}"`);
  return text
    .replace("exec node $SERVER", `exec ${process.execPath} $SERVER`)
    .replace("SERVER: examples/timezone/server.ts", `SERVER: ${server}`)
    .replace('VERSION: "1"', `VERSION: "${version}"${more.join("")}`);
}

interface ActiveTask {
  readonly taskId: { readonly id: string };
  readonly offer: { readonly hostname: string };
  readonly mesosTask: {
    readonly resources?: readonly {
      readonly name?: string;
      readonly ranges?: { readonly range?: readonly { readonly begin?: number }[] };
    }[];
  };
}

async function api<T>(cluster: Cluster, path: string): Promise<T> {
  const answer = await fetch(`${cluster.scheduler}/api${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** `http://host:port` of every task of the service that is not being ended. */
async function instances(cluster: Cluster): Promise<readonly string[]> {
  const parent = await api<{ taskIds: { healthy: { id: string }[] } }>(
    cluster,
    `/requests/request/${service}`,
  );
  const healthy = new Set(parent.taskIds.healthy.map(({ id }) => id));
  const tasks = await api<readonly ActiveTask[]>(cluster, "/tasks/active");
  return tasks
    .filter(({ taskId }) => healthy.has(taskId.id))
    .map(({ offer, mesosTask }) => {
      const ports = mesosTask.resources?.find(({ name }) => name === "ports");
      return `http://${offer.hostname}:${ports?.ranges?.range?.[0]?.begin}`;
    });
}

async function versionAt(url: string): Promise<string> {
  const answer = await fetch(`${url}/timezone/Europe/Rome`);
  return ((await answer.json()) as { version: string }).version;
}

async function versions(cluster: Cluster): Promise<readonly string[]> {
  const found = await Promise.all((await instances(cluster)).map(versionAt));
  return found.sort();
}

export async function deployService(cluster: Cluster): Promise<void> {
  say("\n6. A service in three instances with health checks: `tavola deploy`");
  const first = await tavolaGiven(cluster, deployOf("1"), "deploy", "-");
  expectStatus("tavola deploy", first, 0);
  check((await versions(cluster)).join() === "1,1,1", "not every instance answers as version 1");
  const [url = ""] = await instances(cluster);
  say(
    `   ${url}/timezone/Europe/Rome -> ${await (await fetch(`${url}/timezone/Europe/Rome`)).text()}`,
  );
  const second = await tavolaGiven(cluster, deployOf("2"), "deploy", "-");
  expectStatus("tavola deploy", second, 0);
  const now = await versions(cluster);
  check(now.join() === "2,2,2", `after the update the instances are of versions ${now.join(", ")}`);
  say("   updated: three instances of version 2 answer, those of version 1 are gone");
}

/** A broken version comes up beside the old one, which must answer all the while. */
export async function keepServing(cluster: Cluster): Promise<void> {
  say("\n7. A broken version, deployed while the service is being asked");
  const urls = await instances(cluster);
  let asked = 0;
  let isDone = false;
  const asking = (async () => {
    while (!isDone) {
      for (const url of urls) {
        const version = await versionAt(url);
        check(version === "2", `an instance answered as version ${version} while 3 was on trial`);
        asked += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const deploying = tavolaGiven(cluster, deployOf("3", { BROKEN: "yes" }), "deploy", "-").finally(
    () => {
      isDone = true;
    },
  );
  const [broken] = await Promise.all([deploying, asking]);
  expectStatus("the broken deploy", broken, 1);
  const reason = broken.stderr.trim().split("\n").at(-1) ?? "";
  say(`   ${reason.length > 160 ? `${reason.slice(0, 160)}…` : reason}`);
  const after = await versions(cluster);
  check(after.join() === "2,2,2", `after the failed deploy there are versions ${after.join(", ")}`);
  say(`   rolled back; version 2 answered ${asked} times meanwhile, without a failure`);
}

export async function runJobs(cluster: Cluster): Promise<void> {
  say("\n10. A cron job, and one that runs on demand");
  const resources = "resources: { cpus: 0.1, memoryMb: 32 }";
  const cron = `request: { id: tick, requestType: SCHEDULED, scheduleType: QUARTZ, schedule: "* * * * * ?" }
deploy: { command: "echo tick", ${resources} }`;
  expectStatus("deploying the cron job", await tavolaGiven(cluster, cron, "deploy", "-"), 0);
  const job = `request: { id: greet, requestType: ON_DEMAND }
deploy: { command: /bin/echo, arguments: [echo, hello], ${resources} }`;
  expectStatus("deploying the job", await tavolaGiven(cluster, job, "deploy", "-"), 0);
  const run = await tavola(cluster, "run", "greet", "--wait", "--json", "--", "world");
  expectStatus("tavola run greet", run, 0);
  const { taskId } = JSON.parse(run.stdout) as { taskId: string };
  const logs = await tavola(cluster, "logs", taskId);
  check(logs.stdout.includes("hello world"), `the job printed ${JSON.stringify(logs.stdout)}`);
  say(`   tavola run greet -- world: ${logs.stdout.trim()}`);
  const ended = await eventually("the cron job to have run twice", async () => {
    const tasks = await api<readonly { lastTaskState: string }[]>(
      cluster,
      "/history/request/tick/tasks",
    );
    const finished = tasks.filter(({ lastTaskState }) => lastTaskState === "TASK_FINISHED");
    return finished.length >= 2 ? finished.length : undefined;
  });
  say(`   the cron job has run ${ended} times`);
}
