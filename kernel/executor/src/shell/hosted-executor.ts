/**
 * One command executor in the host: carries out what `core/command-task.ts` decides.
 *
 * It subscribes to the agent as any executor would (the sdk's client: reconnecting, telling again
 * what was not acknowledged), starts the task through the shim, and sees it end. Its end is on disk
 * before anybody is told. Another host that finds it there goes on where this one stopped.
 */

import { describeError, minuteMs, type Random } from "@tavola/base";
import { type ContainerRecord, type HostedEnd, writeHostedEnd } from "@tavola/containerizer";
import type { Clock, HttpClient, Logger, Timer } from "@tavola/host";
import type { TaskInfo } from "@tavola/protocol";
import { connectExecutor, type Executor, type ExecutorEvent } from "@tavola/sdk";
import {
  CommandTask,
  type ExecutorEnd,
  type KillUnderWay,
  type TaskEffect,
  type TaskTimer,
} from "../core/command-task.ts";
import { startChecks } from "./checks.ts";
import { taskEnvironment } from "./task-environment.ts";
import { adoptTask, startTask, type TaskEnd, type TaskProcess } from "./task-process.ts";
import { type EarlierTask, writeKill, writeTask } from "./task-record.ts";

/** Shared by all executors of a host. */
export interface HostWorld {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly random: Random;
  readonly logger: Logger;
}

/** For an agent that is there to acknowledge the last update, before the executor leaves without. */
const acknowledgementMsMax = minuteMs;

const killedStatus = 9;
/** Exit code 1. */
const refusedStatus = 1 << 8;

export class HostedExecutor {
  readonly #record: ContainerRecord;
  readonly #world: HostWorld;
  readonly #executor: Executor;
  readonly #core: CommandTask;
  readonly #timers = new Map<TaskTimer, Timer>();
  readonly #updates = new Set<Promise<void>>();
  /** How it ends; undefined when it is let go. */
  readonly #left = Promise.withResolvers<ExecutorEnd | undefined>();
  /** Resolves when the executor is closed. */
  readonly #closed = Promise.withResolvers<void>();
  readonly #earlier: EarlierTask | undefined;
  #process: TaskProcess | undefined;
  #starting: Promise<void> | undefined;
  #checks: { stop(): void } | undefined;
  /** Why it does not wait for its task, nor speak with the agent, any more. */
  #givenUp: ExecutorEnd | undefined;
  #isLetGo = false;

  /**
   * Subscribes at once. `earlier` is what an earlier host had launched, to go on with. Throws
   * CodedError when the record's environment is not an executor's.
   */
  constructor(record: ContainerRecord, world: HostWorld, earlier?: EarlierTask) {
    this.#record = record;
    this.#world = world;
    this.#earlier = earlier;
    this.#executor = connectExecutor({
      environment: record.environment,
      world,
      ...(earlier !== undefined && { earlierTasks: [earlier.task] }),
    });
    const { shutdownGraceMs } = this.#executor.environment;
    this.#core = new CommandTask({ shutdownGraceMs });
  }

  /** Resolves when it has ended and its end is on disk, or when it was let go; never rejects. */
  async run(): Promise<"ended" | "letGo"> {
    if (this.#earlier !== undefined) this.#adopt(this.#earlier);
    void this.#hear();
    const end = await this.#left.promise;
    this.#stopWaiting();
    if (end !== undefined) await this.#settle();
    await this.#executor.close();
    this.#closed.resolve();
    // What the agent has not acknowledged is for the next host to report.
    if (end === undefined || this.#isLetGo) return "letGo";
    await this.#writeEnd(end);
    return "ended";
  }

  /** The agent listens again. */
  reconnect(): void {
    this.#executor.reconnectNow();
  }

  /** Ends it and its task at once, without another word to the agent. Resolves when it is gone. */
  async end(): Promise<void> {
    await this.#giveUp({ status: killedStatus });
  }

  /** Leaves it and its task to the next host. Resolves when nothing here has to do with it. */
  async letGo(): Promise<void> {
    this.#isLetGo = true;
    this.#stopWaiting();
    this.#left.resolve(undefined);
    await this.#executor.close();
    await this.#starting;
  }

  #adopt({ task, launchedAt, kill }: EarlierTask): void {
    const { clock } = this.#world;
    this.#perform(this.#core.adopted(task, launchedAt, kill));
    try {
      const found = adoptTask(this.#record, clock);
      if (found === undefined) throw new Error("the host died while it was starting the task");
      this.#follow(found);
    } catch (error) {
      const why = `Cannot go on with the task: ${describeError(error)}`;
      this.#perform(this.#core.processRefused(why, clock.now()));
      return;
    }
    this.#perform(this.#core.processStarted(clock.now()));
  }

  #stopWaiting(): void {
    this.#checks?.stop();
    for (const timer of this.#timers.values()) timer.cancel();
  }

  async #writeEnd(end: HostedEnd): Promise<void> {
    const { containerId, place } = this.#record;
    try {
      await writeHostedEnd(place.directory, end);
    } catch (error) {
      // The container was cleaned up without us: nobody asks for its end any more.
      this.#world.logger.warn({ containerId, error }, "cannot record the end of an executor");
    }
  }

  async #hear(): Promise<void> {
    try {
      for await (const event of this.#executor) {
        this.#received(event);
        // Asking for more after SHUTDOWN would close the connection: the last updates go first.
        if (event.type === "SHUTDOWN") await this.#closed.promise;
      }
    } catch (error) {
      const message = describeError(error);
      const { containerId } = this.#record;
      this.#world.logger.warn({ containerId, reason: message }, "the agent refused an executor");
      // The agent will have nothing to do with it: the task must not run on unseen.
      await this.#giveUp({ status: refusedStatus, message });
    }
  }

  #received(event: ExecutorEvent): void {
    const now = this.#world.clock.now();
    switch (event.type) {
      case "SUBSCRIBED":
        this.#core.subscribed(event.framework_info);
        break;
      case "LAUNCH":
        this.#perform(this.#core.launched(event.task, now));
        break;
      case "KILL":
        if (event.task_id.value === this.#core.task?.task_id.value) {
          this.#perform(this.#core.killRequested(event.kill_policy, now));
        }
        break;
      case "SHUTDOWN":
        this.#perform(this.#core.shutdownRequested(now));
        break;
      default:
        break;
    }
  }

  #perform(effects: readonly TaskEffect[]): void {
    if (this.#givenUp !== undefined || this.#isLetGo) return;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: TaskEffect): void {
    switch (effect.kind) {
      case "update":
        this.#track(this.#executor.update(effect.status));
        break;
      case "start":
        this.#starting = this.#start(effect.task);
        break;
      case "recordKill":
        this.#recordKill(effect.kill);
        break;
      case "signal":
        this.#process?.signal(effect.signal);
        break;
      case "wakeAt":
        this.#wakeAt(effect.timer, effect.at - this.#world.clock.now());
        break;
      case "cancelWake":
        this.#timers.get(effect.timer)?.cancel();
        break;
      case "startChecks":
        this.#startChecks(effect.task);
        break;
      case "stopChecks":
        this.#checks?.stop();
        break;
      case "leave":
        this.#left.resolve(effect.end);
        break;
    }
  }

  /** Should it not be there, the next host would call the task's end its own: better than no end. */
  #recordKill(kill: KillUnderWay): void {
    const { containerId, place } = this.#record;
    try {
      writeKill(place.directory, kill);
    } catch (error) {
      this.#world.logger.warn({ containerId, error }, "cannot record that a task is to end");
    }
  }

  #wakeAt(timer: TaskTimer, delayMs: number): void {
    this.#timers.get(timer)?.cancel();
    const fire = (): void => this.#perform(this.#core.timerFired(timer, this.#world.clock.now()));
    this.#timers.set(timer, this.#world.clock.after(delayMs, fire));
  }

  #startChecks(task: TaskInfo): void {
    const { sandbox, user, place, shim } = this.#record;
    const { clock, http, logger } = this.#world;
    this.#checks = startChecks({
      task,
      environment: taskEnvironment(this.#record.environment, task),
      cwd: sandbox,
      place,
      shim,
      ...(user !== undefined && { user }),
      clock,
      http,
      logger,
      report: (report) => this.#perform(this.#core.checkReported(report, clock.now())),
    });
  }

  async #start(task: TaskInfo): Promise<void> {
    try {
      await writeTask(this.#record.place.directory, task);
      if (this.#givenUp !== undefined || this.#isLetGo) return;
      this.#follow(await startTask(this.#record, task, this.#world.clock));
    } catch (error) {
      this.#perform(this.#core.processRefused(describeError(error), this.#world.clock.now()));
      return;
    }
    this.#perform(this.#core.processStarted(this.#world.clock.now()));
  }

  #follow(process: TaskProcess): void {
    this.#process = process;
    void process.ended.then((end) => this.#processEnded(end));
  }

  #processEnded({ error, ...end }: TaskEnd): void {
    const now = this.#world.clock.now();
    if (error === undefined) this.#perform(this.#core.processEnded(end, now));
    else this.#perform(this.#core.processRefused(error, now));
  }

  #track(update: Promise<void>): void {
    // The client has logged why; what counts here is that there is nothing more to wait for.
    const settled: Promise<void> = update
      .catch(() => {})
      .then(() => {
        this.#updates.delete(settled);
      });
    this.#updates.add(settled);
  }

  /**
   * Until every update is acknowledged, or the agent has taken too long. One that is away does not:
   * how long to wait for it is in the executor's environment.
   */
  async #settle(): Promise<void> {
    if (this.#updates.size === 0) return;
    const late = Promise.withResolvers<void>();
    const wait = (): Timer =>
      this.#world.clock.after(acknowledgementMsMax, () => {
        if (this.#executor.isSubscribed) late.resolve();
        else timer = wait();
      });
    let timer = wait();
    await Promise.race([Promise.all(this.#updates), late.promise]);
    timer.cancel();
  }

  async #giveUp(end: ExecutorEnd): Promise<void> {
    if (this.#givenUp === undefined) {
      this.#givenUp = end;
      this.#stopWaiting();
      await this.#executor.close();
    }
    // What is being started cannot be called back; it is ended as soon as it is there.
    await this.#starting;
    this.#process?.signal("SIGKILL");
    await this.#process?.ended;
    this.#left.resolve(this.#givenUp);
  }
}
