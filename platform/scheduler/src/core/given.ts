/**
 * Leaves out what is not there: in records and answers an absent field has no key.
 */

/** Fields that may be undefined become optional ones. */
export type Given<T> = {
  readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** `given({ user, message })` has a `message` only where there is one. */
export function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Given<T>;
}
