/**
 * The expression that finds the error in a task's log, as requests and operators write it: for Java.
 *
 * Java's flags at the beginning (`(?i)`, `(?is)`) are understood; where the rest means something else in
 * JavaScript, it is taken as JavaScript has it.
 */

/** Undefined: it is no expression. `(?x)`, which lets expressions be laid out, is not known here. */
export function parseErrorPattern(pattern: string, isCaseSensitive = true): RegExp | undefined {
  const [, inline = "", rest = pattern] = /^\(\?([ims]+)\)(.*)$/s.exec(pattern) ?? [];
  const flags = new Set([...inline, ...(isCaseSensitive ? [] : ["i"])]);
  try {
    return new RegExp(rest, [...flags].join(""));
  } catch {
    return undefined;
  }
}
