/**
 * What a parser returns: the value, or why there is none. Never both, never a throw.
 */

export type Result<T, E = string> =
  | { readonly value: T; readonly error?: never }
  | { readonly error: E; readonly value?: never };
