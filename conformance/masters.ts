/**
 * Three masters that meet in a real ZooKeeper ensemble, for clients that must find the leader and
 * outlive it.
 *
 * `tavola up` starts a master that was killed again, so one client after the other can kill a leader.
 */

import { type Cluster, eventually, startCluster } from "@tavola/harness";
import { type Ensemble, findZooKeeper, startZooKeeper } from "@tavola/test-servers";

const sessionSeconds = 2;
const boundMs = 30_000;

export class Masters {
  readonly cluster: Cluster;
  readonly #ensemble: Ensemble;

  private constructor(cluster: Cluster, ensemble: Ensemble) {
    this.cluster = cluster;
    this.#ensemble = ensemble;
  }

  /** A string says why this machine has no ZooKeeper. */
  static async start(): Promise<Masters | string> {
    const { error } = findZooKeeper();
    if (error !== undefined) return error;
    const ensemble = await startZooKeeper({ count: 3 });
    try {
      const args = [
        "--masters=3",
        `--zk=${ensemble.url("/mesos")}`,
        `--master.zk_session_timeout=${sessionSeconds}secs`,
      ];
      return new Masters(await startCluster({ arguments: args, boundMs: 60_000 }), ensemble);
    } catch (error) {
      await ensemble.close();
      throw error;
    }
  }

  /** `zk://host:port,host:port,host:port/mesos` */
  get zk(): string {
    return this.#ensemble.url("/mesos");
  }

  /** `host:port,…` of ZooKeeper's servers. */
  get zkServers(): string {
    return this.#ensemble.connectString;
  }

  /** URL of the master that says itself that it leads. */
  leader(): Promise<string> {
    return eventually("a leader", async () => (await this.#roles()).leaders[0], { boundMs });
  }

  /** URL of a master that sends its callers on to the leader. */
  standby(): Promise<string> {
    return eventually("a standby", async () => (await this.#roles()).standbys[0], { boundMs });
  }

  /** `kill -9` of the leader; resolves at once with its URL. */
  async killLeader(): Promise<string> {
    const leader = await this.leader();
    const pid = this.cluster.pidOf(`master-${this.cluster.masters.indexOf(leader) + 1}`);
    if (pid === undefined) throw new Error(`there is no process of the leading master ${leader}`);
    process.kill(pid, "SIGKILL");
    return leader;
  }

  /** Resolves when one leads, the others stand by, and every agent is registered. */
  async untilWhole(): Promise<void> {
    const { masters, agents } = this.cluster;
    await eventually(
      "all masters and agents to be there",
      async () => {
        const { leaders, standbys } = await this.#roles();
        if (leaders.length !== 1 || standbys.length !== masters.length - 1) return undefined;
        const state = await ask(`${leaders[0]}/state`);
        const { activated_slaves } = (await state.json()) as { activated_slaves: number };
        return activated_slaves === agents.length ? true : undefined;
      },
      { boundMs, intervalMs: 100 },
    );
  }

  async close(): Promise<void> {
    try {
      await this.cluster.stop();
    } finally {
      await this.#ensemble.close();
    }
  }

  async #roles(): Promise<{ leaders: string[]; standbys: string[] }> {
    const roles = { leaders: [] as string[], standbys: [] as string[] };
    const answers = this.cluster.masters.map(async (url) => {
      const answer = await ask(`${url}/frameworks`).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.status === 200) roles.leaders.push(url);
      else if (answer?.status === 307) roles.standbys.push(url);
    });
    await Promise.all(answers);
    return roles;
  }
}

function ask(url: string): Promise<Response> {
  return fetch(url, { redirect: "manual", signal: AbortSignal.timeout(2_000) });
}
