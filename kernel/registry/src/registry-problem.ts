/**
 * Why stored bytes are not taken as a registry. The reader stops there: nothing is guessed, nothing is
 * skipped, and nothing was changed.
 */

export interface RegistryProblem {
  /** REGISTRY_NEWER: a later Tavola wrote it. REGISTRY_CORRUPT: nobody wrote it so. */
  readonly code: "REGISTRY_NEWER" | "REGISTRY_CORRUPT";
  /** One sentence: what is wrong where, and the way out. */
  readonly message: string;
}

/** `where`: which stored value, for who has to find it; `why`: a clause. */
export function corrupt(where: string, why: string): { readonly error: RegistryProblem } {
  return {
    error: {
      code: "REGISTRY_CORRUPT",
      message: `the registry is damaged: ${where} ${why}; restore it from a backup; nothing was changed`,
    },
  };
}

export function newer(
  where: string,
  written: string,
  tavolaMin: string,
): { readonly error: RegistryProblem } {
  return {
    error: {
      code: "REGISTRY_NEWER",
      message: `this registry was written by a newer version (${where} ${written}); run Tavola ${tavolaMin} or newer; nothing was changed`,
    },
  };
}
