/**
 * An agent's attributes as texts, and its rack among them.
 */

import type { Attribute } from "@tavola/protocol";

export interface RackNaming {
  /** The attribute that names an agent's rack. */
  readonly rackAttribute: string;
  /** The rack of agents without it. */
  readonly defaultRackId: string;
}

/** Texts as they are, scalars as decimals; others are left out. */
export function attributesOf(attributes: readonly Attribute[]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const { name, text, scalar } of attributes) {
    if (text !== undefined) texts[name] = text.value;
    else if (scalar !== undefined) texts[name] = String(scalar.value);
  }
  return texts;
}

/** Racks are records, and parts of tasks' ids; who gives them names is whoever starts an agent. */
const rackCharactersMax = 255;

/** The rack, and the attributes without it. None is the same as an empty name. */
export function splitRack(
  attributes: Readonly<Record<string, string>>,
  { rackAttribute, defaultRackId }: RackNaming,
): { readonly rackId: string; readonly rest: Readonly<Record<string, string>> } {
  const { [rackAttribute]: named = "", ...rest } = attributes;
  const rackId = named === "" ? defaultRackId : named.slice(0, rackCharactersMax).toWellFormed();
  return { rackId, rest };
}
