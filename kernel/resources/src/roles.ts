/**
 * Role names: which are allowed, and which lie below which.
 *
 * A role is a path of components joined by `/`; `*` is the default pool. Wording of the refusals as
 * Mesos gives it (src/common/roles.cpp), because schedulers show it to people.
 */

/** The role of what is reserved for nobody. */
export const defaultRole = "*";

const whitespaceOrDelete = /[\t\n\v\f\r \x7f]/;

/** Why `role` is no role name, or undefined if it is one. */
export function validateRole(role: string): string | undefined {
  if (role === defaultRole) return undefined;
  if (role.startsWith("/")) return `Role '${role}' cannot start with a slash`;
  if (role.endsWith("/")) return `Role '${role}' cannot end with a slash`;
  if (role.includes("//")) return `Role '${role}' cannot contain two adjacent slashes`;
  if (role === "") return "Role names cannot be the empty string";
  for (const component of role.split("/")) {
    if (component === "." || component === ".." || component === defaultRole) {
      return `Role '${role}' cannot include '${component}' as a component`;
    }
    if (component.startsWith("-")) {
      return `Role component '${component}' is invalid because it starts with a dash`;
    }
    if (whitespaceOrDelete.test(component)) {
      return `Role component '${component}' is invalid because it contains backspace or whitespace`;
    }
  }
  return undefined;
}

/** Whether `role` lies strictly below `ancestor`: `eng/dev` below `eng`. */
export function isStrictSubroleOf(role: string, ancestor: string): boolean {
  return (
    role.length > ancestor.length && role[ancestor.length] === "/" && role.startsWith(ancestor)
  );
}
