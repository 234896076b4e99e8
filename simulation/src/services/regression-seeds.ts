/**
 * Seeds that found what was once wrong with the scheduler of services. They are run with every test.
 */

export interface ServiceRegressionSeed {
  readonly seed: number;
  readonly what: string;
}

export const serviceRegressionSeeds: readonly ServiceRegressionSeed[] = [
  { seed: 90, what: "a scheduler that was offered nothing when its connection broke asks anew" },
];
