/**
 * Which kinds of crash loops a deploy's failures amount to, as one function of the failures and the
 * time.
 *
 *     FAST_FAILURE_LOOP             the request is in cooldown
 *     STARTUP_FAILURE_LOOP          replacements of an instance that is being cleaned up do not come up
 *     OOM                           several out of memory within half an hour
 *     SINGLE_INSTANCE_FAILURE_LOOP  one instance fails again and again, in too many buckets of time
 *     MULTI_INSTANCE_FAILURE        several instances do
 *     SLOW_FAILURES                 some instance fails most hours
 *     UNEXPECTED_EXITS              what is to run for ever ends well, again and again
 */

import { minuteMs } from "@tavola/base";
import type { TaskFailureEvent } from "../model/deploy-progress.ts";
import type { CrashLoopType, TaskFailureType } from "../model/enums.ts";
import type { CrashLoopSettings, FailureBuckets } from "../scheduler-config.ts";

export interface LoopQuestion {
  readonly settings: CrashLoopSettings;
  readonly events: readonly TaskFailureEvent[];
  readonly isCooling: boolean;
  readonly isLongRunning: boolean;
  /** Instances that wait for a replacement, since when. */
  readonly cleaningSince: ReadonlyMap<number, number>;
  readonly now: number;
}

export interface ActiveLoop {
  readonly type: CrashLoopType;
  readonly start: number;
}

/** Singularity's limits, which are not configurable there either. */
const unexpectedExits = { overMs: 30 * minuteMs, moreThan: 4 };
const startupFailuresOfOne = 2;

const crashes: ReadonlySet<TaskFailureType> = new Set([
  "OOM",
  "BAD_EXIT_CODE",
  "OUT_OF_DISK_SPACE",
]);

/** PERF: O(failures × buckets); failures are at most 50. */
export function activeLoops(question: LoopQuestion): readonly ActiveLoop[] {
  const { settings, events, now } = question;
  const found: ActiveLoop[] = [];
  const add = (type: CrashLoopType, start: number | undefined): void => {
    if (start !== undefined) found.push({ type, start });
  };
  if (question.isCooling) add("FAST_FAILURE_LOOP", Math.max(...timesOf(events), 0));
  add("STARTUP_FAILURE_LOOP", startupLoop(question));
  const outOfMemory = timesOf(
    events.filter(
      ({ type, timestamp }) => type === "OOM" && timestamp > now - settings.evaluateOomsOverMs,
    ),
  );
  if (outOfMemory.length >= settings.oomFailureThreshold) add("OOM", Math.min(...outOfMemory));
  const crashed = events.filter(({ type }) => crashes.has(type));
  const instances = [...new Set(crashed.map(({ instance }) => instance))];
  const single = instances
    .map((instance) => {
      const ofInstance = crashed.filter((event) => event.instance === instance);
      return bucketStart(timesOf(ofInstance), settings.singleInstance, now);
    })
    .find((start) => start !== undefined);
  add("SINGLE_INSTANCE_FAILURE_LOOP", single);
  if (instances.length > 1) {
    add("MULTI_INSTANCE_FAILURE", bucketStart(timesOf(crashed), settings.multiInstance, now));
  }
  if (question.isLongRunning) {
    add("SLOW_FAILURES", bucketStart(timesOf(crashed), settings.slow, now));
    const exits = timesOf(
      events.filter(
        ({ type, timestamp }) =>
          type === "UNEXPECTED_EXIT" && timestamp > now - unexpectedExits.overMs,
      ),
    );
    if (exits.length > unexpectedExits.moreThan) add("UNEXPECTED_EXITS", Math.min(...exits));
  }
  return found;
}

/** When a loop that goes on may be over though nothing more happens: looked at in steps of a bucket. */
export function nextLoopCheckAt(
  settings: CrashLoopSettings,
  events: readonly TaskFailureEvent[],
  now: number,
): number | undefined {
  const last = Math.max(...timesOf(events), 0);
  const longest = settings.slow.bucketMs * settings.slow.buckets;
  return now < last + longest ? now + settings.singleInstance.bucketMs : undefined;
}

function timesOf(events: readonly TaskFailureEvent[]): number[] {
  return events.map(({ timestamp }) => timestamp);
}

function startupLoop({ settings, events, cleaningSince, now }: LoopQuestion): number | undefined {
  const failures = events.filter(({ type }) => type === "STARTUP_FAILURE");
  for (const [instance, since] of cleaningSince) {
    const times = timesOf(
      failures.filter((event) => event.instance === instance && event.timestamp > since),
    );
    if (times.length > startupFailuresOfOne) return Math.min(...times);
  }
  const recent = timesOf(failures).filter((at) => at > now - settings.evaluateStartupLoopOverMs);
  return recent.length > settings.startupFailureThreshold ? Math.min(...recent) : undefined;
}

/**
 * The first failure, where enough buckets of time hold one and one of the newest does. Buckets begin at
 * whole multiples of their length, so that a loop begins with a failure and never by time alone.
 */
function bucketStart(
  times: readonly number[],
  { bucketMs, buckets, threshold, minBucketIndexPercent }: FailureBuckets,
  now: number,
): number | undefined {
  const oldest = Math.floor(now / bucketMs) - buckets + 1;
  const within = times.filter((at) => Math.floor(at / bucketMs) >= oldest && at <= now);
  const hit = new Set(within.map((at) => Math.floor(at / bucketMs) - oldest));
  if (hit.size / buckets <= threshold) return undefined;
  const newest = Math.max(...hit);
  return (newest * 100) / buckets > minBucketIndexPercent ? Math.min(...within) : undefined;
}
