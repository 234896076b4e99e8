/**
 * Ids that frameworks and agents choose: they become directory names, so they must be fit for it.
 *
 * Everything in this folder answers "why not" with Mesos's own sentence, or undefined.
 */

import { limits } from "../limits.ts";

/** For task, executor, framework and agent ids, and persistence ids. */
export function validateId(id: string): string | undefined {
  if (id === "") return "ID must not be empty";
  if (utf8Length(id) > limits.idLengthMax) {
    return `ID must not be greater than ${limits.idLengthMax} characters`;
  }
  if (id === "." || id === "..") return `'${id}' is disallowed`;
  if (hasInvalidCharacter(id)) return `'${id}' contains invalid characters`;
  return undefined;
}

function hasInvalidCharacter(id: string): boolean {
  for (let i = 0; i < id.length; i += 1) {
    const code = id.charCodeAt(i);
    if (code < 0x20 || code === 0x7f || code === 0x2f || code === 0x5c) return true;
  }
  return false;
}

/** File systems count bytes, not characters. */
function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x80) length += 1;
    else if (code < 0x800) length += 2;
    // Each half of a surrogate pair stands for two of its four bytes.
    else length += code >= 0xd800 && code <= 0xdfff ? 2 : 3;
  }
  return length;
}
