/**
 * Events as a framework author meets them: one object per event, told apart by its `type`.
 *
 * On the wire an event is an envelope with a type and, beside it, the part that belongs to the type.
 * Here the part's fields stand next to the type, under the wire's own names, so that
 * `switch (event.type)` is all it takes. Both the types and the values follow from the generated
 * tables; nothing is written down twice.
 */

type Parts<Envelope> = {
  [Name in keyof Envelope & string as Name extends "type" ? never : Uppercase<Name>]-?: NonNullable<
    Envelope[Name]
  >;
};

/** `{ type: "OFFERS", offers: […] }` from `{ type: "OFFERS", offers: { offers: […] } }`, for each type with a part. */
export type FlatEvent<Envelope> = {
  [Type in keyof Parts<Envelope>]: { readonly type: Type } & Readonly<Parts<Envelope>[Type]>;
}[keyof Parts<Envelope>];

/** undefined when the envelope has no type (one that is not known here counts as none) or lacks its part. */
export function flattenEvent<Envelope extends { readonly type?: string }>(
  envelope: Envelope,
): FlatEvent<Envelope> | undefined {
  const { type } = envelope;
  if (type === undefined) return undefined;
  const part = (envelope as Readonly<Record<string, unknown>>)[type.toLowerCase()];
  if (typeof part !== "object" || part === null) return undefined;
  return { ...part, type } as unknown as FlatEvent<Envelope>;
}
