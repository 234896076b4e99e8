/**
 * Resource arithmetic written down as simply as it can be, to check `Resources` against: an amount is
 * a count of thousandths or a set of single elements, kept under the JSON text of everything else.
 * Divisible and unshared kinds only. For tests only.
 */
import { milli } from "@tavola/base";
import type { Resource } from "@tavola/protocol";

type NaiveAmount = number | ReadonlySet<number | string>;
export type NaiveBag = ReadonlyMap<string, NaiveAmount>;

export function naiveBagOf(list: readonly Resource[]): NaiveBag {
  let bag: NaiveBag = new Map();
  for (const { scalar, ranges, set, ...rest } of list) {
    const elements = new Set<number | string>(set?.item);
    for (const { begin, end } of ranges?.range ?? []) {
      for (let i = begin; i <= end; i += 1) elements.add(i);
    }
    const amount = scalar === undefined ? elements : milli(scalar.value);
    bag = naivePlus(bag, new Map([[JSON.stringify(rest), amount]]));
  }
  return bag;
}

export function naivePlus(a: NaiveBag, b: NaiveBag): NaiveBag {
  const sum = new Map(a);
  for (const [key, amount] of b) {
    const before = sum.get(key);
    if (before === undefined) sum.set(key, amount);
    else if (typeof before === "number") sum.set(key, before + (amount as number));
    else sum.set(key, new Set([...before, ...(amount as ReadonlySet<number | string>)]));
  }
  return withoutEmpty(sum);
}

export function naiveMinus(a: NaiveBag, b: NaiveBag): NaiveBag {
  const rest = new Map(a);
  for (const [key, amount] of b) {
    const before = rest.get(key);
    if (before === undefined) continue;
    if (typeof before === "number") rest.set(key, before - (amount as number));
    else {
      const taken = amount as ReadonlySet<number | string>;
      rest.set(key, new Set([...before].filter((element) => !taken.has(element))));
    }
  }
  return withoutEmpty(rest);
}

export function naiveContains(a: NaiveBag, b: NaiveBag): boolean {
  return [...b].every(([key, amount]) => {
    const have = a.get(key);
    if (have === undefined) return false;
    if (typeof have === "number") return have >= (amount as number);
    return [...(amount as ReadonlySet<number | string>)].every((element) => have.has(element));
  });
}

function withoutEmpty(bag: Map<string, NaiveAmount>): NaiveBag {
  for (const [key, amount] of bag) {
    if (typeof amount === "number" ? amount <= 0 : amount.size === 0) bag.delete(key);
  }
  return bag;
}
