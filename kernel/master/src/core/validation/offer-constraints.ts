/**
 * Offer constraints of a framework: which of the agents' attributes it wants to see offers of.
 *
 * Only whether they are well formed is decided here; the allocator applies them.
 */

import type { scheduler } from "@tavola/protocol";

export function validateOfferConstraints(
  constraints: scheduler.OfferConstraints,
): string | undefined {
  for (const [role, { groups }] of Object.entries(constraints.role_constraints ?? {})) {
    if ((groups ?? []).length === 0) {
      return `'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role ${role}`;
    }
    for (const { attribute_constraints: list } of groups ?? []) {
      if ((list ?? []).length === 0) {
        return `'OfferConstraints::RoleConstraints::groups' for role ${role}contains an empty RoleConstraints::Group`;
      }
      for (const { selector, predicate } of list ?? []) {
        const error = validateSelector(selector) ?? validatePredicate(predicate);
        if (error !== undefined) {
          return `A role ${role} has an invalid 'AttributeConstraint': ${error}`;
        }
      }
    }
  }
  return undefined;
}

function validateSelector(selector: scheduler.AttributeConstraint_Selector): string | undefined {
  if (selector.attribute_name !== undefined) return undefined;
  if (selector.pseudoattribute_type === undefined) {
    return (
      "Exactly one of 'AttributeConstraint::Selector::name' or" +
      " 'AttributeConstraint::Selector::pseudoattribute_type' must be set"
    );
  }
  return selector.pseudoattribute_type === "UNKNOWN" ? "Unknown pseudoattribute type" : undefined;
}

function validatePredicate(predicate: scheduler.AttributeConstraint_Predicate): string | undefined {
  if (Object.values(predicate).every((chosen) => chosen === undefined)) {
    return "Unknown predicate type";
  }
  const regex = predicate.text_matches?.regex ?? predicate.text_not_matches?.regex;
  return regex === undefined ? undefined : validateRegex(regex);
}

/** Differs: Mesos asks RE2 and its limits of memory and program size; the syntax is judged alone here. */
function validateRegex(regex: string): string | undefined {
  try {
    new RegExp(regex, "u");
    return undefined;
  } catch {
    return `Failed to construct regex from pattern '${regex}': it is not a regular expression`;
  }
}
