/**
 * What one request's owner does: makes it, deploys, scales, bounces, pauses, runs, rolls back, deletes;
 * one call after the other, and remembers what was promised.
 */

import { type Random, randomInt } from "@tavola/base";
import { Violation } from "../world/world.ts";
import type { ApiAnswer, ApiCall, ApiClient } from "./api-client.ts";
import { Expectation } from "./expectation.ts";
import { formatServicePlan } from "./service-command.ts";

const checker = "promises";

/** Between two looks when nothing is asked for any more. */
const quietMeanMs = 20_000;
/** Of what is quiet: when all should rest, and early enough that all rests again in the end. */
const wakeMs = { min: 60_000, max: 120_000 } as const;

export const requestTypes = ["SERVICE", "WORKER", "SCHEDULED", "ON_DEMAND", "RUN_ONCE"] as const;
export type RequestType = (typeof requestTypes)[number];

type Fate = "promised" | "unknown";

interface Act {
  readonly call: ApiCall;
  /** Of a call that may have been done; `isCertain`: it was. */
  readonly learn?: (isCertain: boolean) => void;
}

interface RequestAnswer {
  readonly request: { readonly instances?: number };
  readonly state: string;
  readonly taskIds?: { readonly healthy: readonly { readonly id: string }[] };
}

export class RequestWill {
  readonly id: string;
  readonly type: RequestType;
  readonly exists = new Expectation(false);
  readonly instances = new Expectation(1);
  readonly isPaused = new Expectation(false);
  /** Deploys that were asked for, and of which it was answered that they are under way. */
  readonly deploys = new Map<string, Fate>();
  readonly runs = new Map<string, Fate>();
  /** Nothing more is asked for that changes what runs. */
  isQuiet = false;
  /** It is to be deleted, which is asked for until it is. */
  isEnding = false;
  /** It was paused at some time, which ends runs of jobs. */
  wasPaused = false;
  readonly #api: ApiClient;
  readonly #random: Random;
  readonly #meanMs: number;
  #quietSinceMs: number | undefined;
  #hasWoken = false;
  /** Of its tasks, as it was looked at last. */
  #taskIds: readonly string[] = [];

  constructor(id: string, type: RequestType, api: ApiClient, random: Random) {
    this.id = id;
    this.type = type;
    this.#api = api;
    this.#random = random;
    this.#meanMs = 1500 + random.next() ** 2 * 15_000;
  }

  get isLongRunning(): boolean {
    return this.type === "SERVICE" || this.type === "WORKER";
  }

  /** Goes on until the run ends. */
  async live(): Promise<void> {
    for (;;) {
      const meanMs = this.isQuiet ? quietMeanMs : this.#meanMs;
      await this.#pause(-Math.log(1 - this.#random.next()) * meanMs);
      const act = this.isQuiet ? this.#quietAct() : this.#nextAct();
      if (act !== undefined) await this.#do(act);
      if (act === undefined || this.#random.next() < 0.3) await this.look();
    }
  }

  /** Asks how it is, and compares. */
  async look(): Promise<void> {
    const answer = await this.#api.call({ method: "GET", path: `/requests/request/${this.id}` });
    if (answer.kind === "unknown") return;
    if (answer.kind === "refused" && answer.status !== 404) throw this.#strange(answer);
    this.compare(answer.kind === "done" ? (answer.json as RequestAnswer) : undefined);
  }

  /** undefined: it is not known. */
  compare(found: RequestAnswer | undefined): void {
    const nowMs = this.#nowMs;
    const isThere = found !== undefined && found.state !== "DELETING" && found.state !== "DELETED";
    if (!this.exists.seen(isThere, nowMs)) {
      throw this.#violation(`${isThere ? "there" : "not there"}, not as promised`);
    }
    if (found === undefined || !isThere) return;
    this.#taskIds = found.taskIds?.healthy.map(({ id }) => id) ?? [];
    const { request, state } = found;
    const instances = request.instances ?? 1;
    const expected = `${this.instances}`;
    if (!this.instances.seen(instances, nowMs)) {
      throw this.#violation(`of ${instances} instances; promised: ${expected}`);
    }
    const isPaused = state === "PAUSED" || state === "DEPLOYING_TO_UNPAUSE";
    if (!this.isPaused.seen(isPaused, nowMs)) throw this.#violation(`${state}, not as promised`);
  }

  async #do({ call, learn }: Act): Promise<void> {
    const answer = await this.#api.call(call);
    if (answer.kind === "refused") {
      // What is no conflict with what goes on is a bug of whoever asked.
      if (answer.status === 409 || answer.status === 404 || answer.status === 400) return;
      throw this.#strange(answer);
    }
    learn?.(answer.kind === "done");
  }

  #nextAct(): Act | undefined {
    const random = this.#random;
    if (this.isEnding) return this.exists.value ? this.#delete() : undefined;
    if (!this.exists.value) return this.#make();
    if (this.deploys.size === 0) return this.#deploy();
    if (random.next() < 0.03) return this.#delete();
    const acts = this.isLongRunning
      ? [
          () => this.#deploy(),
          () => this.#deploy(),
          () => this.#scale(),
          () => this.#scale(),
          () => this.#bounce(),
          () => this.#killTask(),
          () => this.#togglePause(),
          () => this.#rollBack(),
          () => this.#cancel(),
        ]
      : [
          () => this.#deploy(),
          () => this.#run(),
          () => this.#run(),
          () => this.#togglePause(),
          () => undefined,
        ];
    return acts[randomInt(random, acts.length)]?.();
  }

  /** Jobs that come again by themselves are paused, for peace; what runs on is woken up once. */
  #quietAct(): Act | undefined {
    this.#quietSinceMs ??= this.#nowMs;
    if (!this.exists.value) return undefined;
    if (this.isEnding) return this.#delete();
    if (this.isLongRunning) return this.#wakeUp(this.#nowMs - this.#quietSinceMs);
    if (this.type !== "SCHEDULED") return undefined;
    return this.isPaused.value ? undefined : this.#pauseRequest();
  }

  /** A task is killed when nothing has been wanted for long: another has to come all the same. */
  #wakeUp(quietMs: number): Act | undefined {
    if (this.#hasWoken || quietMs < wakeMs.min || quietMs > wakeMs.max) return undefined;
    this.#hasWoken = true;
    return this.#killTask();
  }

  #make(): Act {
    const instances = this.isLongRunning ? 1 + randomInt(this.#random, 3) : 1;
    const request = {
      id: this.id,
      requestType: this.type,
      ...(this.isLongRunning ? { instances } : {}),
      ...(this.type === "SCHEDULED"
        ? { schedule: `*/${15 + randomInt(this.#random, 15)} * * * * ?`, scheduleType: "QUARTZ" }
        : {}),
    };
    return {
      call: { method: "POST", path: "/requests", body: request },
      learn: (isCertain) => {
        this.#learn(this.exists, true, isCertain);
        this.#learn(this.instances, instances, isCertain);
      },
    };
  }

  #deploy(): Act {
    const deployId = `d${this.deploys.size + 1}`;
    const random = this.#random;
    const kind = random.next();
    const isService = this.type === "SERVICE";
    const durationMs = this.isLongRunning ? Number.POSITIVE_INFINITY : 500 + random.next() * 12_000;
    const fails = kind < 0.12;
    const isNeverHealthy = kind > 0.88 || fails;
    const command = formatServicePlan({
      durationMs: this.isLongRunning && fails ? 300 : durationMs,
      end: fails ? "fail" : "finish",
      stopMs: 50 + random.next() * 1500,
      healthyAfterMs: isNeverHealthy ? Number.POSITIVE_INFINITY : random.next() * 3000,
    });
    const deploy = {
      requestId: this.id,
      id: deployId,
      command,
      resources: { cpus: 0.1, memoryMb: 8, numPorts: isService ? 1 : 0 },
      ...(isService ? { healthcheck: { uri: "/", intervalSeconds: 2, maxRetries: 4 } } : {}),
      ...(this.isLongRunning && random.next() < 0.3
        ? { deployInstanceCountPerStep: 1, autoAdvanceDeploySteps: true, deployStepWaitTimeMs: 500 }
        : {}),
    };
    // Every attempt has an id of its own: what was refused is no attempt.
    return {
      call: { method: "POST", path: "/deploys", body: { deploy } },
      learn: (isCertain) => this.deploys.set(deployId, isCertain ? "promised" : "unknown"),
    };
  }

  #scale(): Act {
    const instances = 1 + randomInt(this.#random, 4);
    const path = `/requests/request/${this.id}/scale`;
    return {
      call: { method: "PUT", path, body: { instances } },
      learn: (isCertain) => this.#learn(this.instances, instances, isCertain),
    };
  }

  #bounce(): Act {
    const incremental = this.#random.next() < 0.5;
    return this.#post("bounce", { incremental });
  }

  #killTask(): Act | undefined {
    const taskId = this.#taskIds[0];
    if (taskId === undefined) return undefined;
    const waitForReplacementTask = this.#random.next() < 0.5;
    const body = waitForReplacementTask ? { waitForReplacementTask } : undefined;
    return { call: { method: "DELETE", path: `/tasks/task/${taskId}`, body } };
  }

  #togglePause(): Act {
    return this.isPaused.value ? this.#unpause() : this.#pauseRequest();
  }

  #pauseRequest(): Act {
    this.wasPaused = true;
    return {
      ...this.#post("pause", { killTasks: true }),
      learn: (isCertain) => this.#learn(this.isPaused, true, isCertain),
    };
  }

  #unpause(): Act {
    return {
      ...this.#post("unpause", {}),
      learn: (isCertain) => this.#learn(this.isPaused, false, isCertain),
    };
  }

  #rollBack(): Act {
    return this.#post("rollback", {});
  }

  #cancel(): Act {
    const deployId = [...this.deploys.keys()].at(-1) ?? "none";
    const path = `/deploys/deploy/${deployId}/request/${this.id}`;
    return { call: { method: "DELETE", path } };
  }

  #run(): Act | undefined {
    if (this.type !== "ON_DEMAND") return undefined;
    const runId = `run${this.runs.size + 1}`;
    return {
      ...this.#post("run", { runId }),
      learn: (isCertain) => this.runs.set(runId, isCertain ? "promised" : "unknown"),
    };
  }

  #delete(): Act {
    this.isEnding = true;
    const path = `/requests/request/${this.id}`;
    return {
      call: { method: "DELETE", path },
      learn: (isCertain) => this.#learn(this.exists, false, isCertain),
    };
  }

  #post(what: string, body: unknown): Act {
    return { call: { method: "POST", path: `/requests/request/${this.id}/${what}`, body } };
  }

  #learn<T>(expectation: Expectation<T>, value: T, isCertain: boolean): void {
    if (isCertain) expectation.becomes(value);
    else expectation.mayBecome(value, this.#nowMs);
  }

  get #nowMs(): number {
    return this.#api.process.world.nowMs;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#api.process.clock.after(ms, resolve));
  }

  #violation(what: string): Violation {
    return new Violation(checker, `request ${this.id} is ${what}`);
  }

  #strange({ status, text }: Extract<ApiAnswer, { kind: "refused" }>): Violation {
    return new Violation(checker, `a call about ${this.id} was answered ${status}: ${text}`);
  }
}
