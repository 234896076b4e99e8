/**
 * A field that is left out when it would be empty: what other people's agents and tools expect.
 */

export function listed<K extends string, T, V>(
  name: K,
  items: readonly T[],
  wrap: (items: readonly T[]) => V,
): { readonly [P in K]?: V } {
  return items.length === 0 ? {} : ({ [name]: wrap(items) } as { readonly [P in K]?: V });
}
