/**
 * Seeds that found what was once wrong with the scheduler of services. They are run with every test; each
 * failed again when what is said here was taken out once more, which was tried when it was added.
 */

export interface ServiceRegressionSeed {
  readonly seed: number;
  readonly what: string;
}

export const serviceRegressionSeeds: readonly ServiceRegressionSeed[] = [
  {
    seed: 52,
    what: "what ran for a request that was deleted while its agent was away is found and stopped",
  },
  { seed: 56, what: "what was written off and runs again is found and stopped" },
  { seed: 79, what: "a scheduler that wanted no offers when its connection broke asks anew" },
];
