/**
 * Seeds that find what was once wrong. They are run with every test.
 *
 * Each of them failed again when what is said here was taken out of the code once more, which was tried
 * when it was added. A seed is that history only until somebody changes what dice are thrown for; then
 * it is one seed among others, and the test beside the code that was mended is what is left. What else the
 * simulation found has only that.
 */

export interface RegressionSeed {
  readonly seed: number;
  /** Older than what makes runs unusual, and run without it. */
  readonly isPlain?: boolean;
  readonly what: string;
}

export const regressionSeeds: readonly RegressionSeed[] = [
  {
    seed: 4,
    isPlain: true,
    what: "updates of a task whose info a power cut tore are still told",
  },
  {
    seed: 14,
    isPlain: true,
    what: "a kill that came while the executor host was down is repeated to the next one",
  },
  {
    seed: 16,
    isPlain: true,
    what: "what a power cut tore does not keep the agent from starting again later",
  },
  {
    seed: 77,
    isPlain: true,
    what: "what an older run of an executor still has to tell is told",
  },
  {
    seed: 94,
    isPlain: true,
    what: "what a killed agent had written and not synced is made durable before it is accepted",
  },
  {
    seed: 531,
    what: "an executor that died with its machine is not kept for what it said before",
  },
  {
    seed: 39,
    what: "a framework that no scheduler asks for after a failover ends when its time is over",
  },
  {
    seed: 92,
    what: "an update that comes again after the next one does not set the task back",
  },
  {
    seed: 93,
    what: "what a disconnected agent may bring back is not reported gone",
  },
  {
    seed: 2315,
    what: "an executor that ends while its agent's report is unanswered is not counted for ever",
  },
  {
    seed: 1367,
    what: "an agent that is being given up is not told that it is registered",
  },
  {
    seed: 405,
    what: "a launch that was held up until its agent had been given up and returned keeps its resources",
  },
];
