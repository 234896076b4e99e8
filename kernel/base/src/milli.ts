/**
 * Quantities in whole thousandths, so that 0.1 + 0.2 is 0.3.
 *
 * Mesos keeps every scalar resource as a fixed-point number with three decimals; arithmetic that
 * must agree with it cannot be done on doubles. A `Milli` is a safe integer, 1/1000 of the unit.
 */

declare const milliBrand: unique symbol;

/** A whole number of thousandths. `0.5` cpus is `500`. */
export type Milli = number & { readonly [milliBrand]: true };

export const zeroMilli = 0 as Milli;

/** Nearest thousandth of `value` (in units), ties away from zero, as Mesos rounds. */
export function milli(value: number): Milli {
  return (Math.sign(value) * Math.round(Math.abs(value) * 1000)) as Milli;
}

/** The value in units, as a double: what goes on the wire. */
export function unitsOf(value: Milli): number {
  return value / 1000;
}

export function plus(a: Milli, b: Milli): Milli {
  return (a + b) as Milli;
}

export function minus(a: Milli, b: Milli): Milli {
  return (a - b) as Milli;
}
