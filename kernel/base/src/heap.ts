/**
 * A binary heap in an array: what comes first is at index 0, and an array in ascending order is one.
 *
 * Two functions and no class, so that whoever plans by time keeps the array and its rules.
 */

/** Whether `a` is to come out before `b`. */
export type IsBefore<T> = (a: T, b: T) => boolean;

/** PERF: O(log n). */
export function pushOntoHeap<T>(heap: T[], item: T, isBefore: IsBefore<T>): void {
  let index = heap.length;
  heap.push(item);
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above] as T;
    if (!isBefore(item, parent)) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = item;
}

/** Removes and returns the first; undefined when there is none. PERF: O(log n). */
export function popFromHeap<T>(heap: T[], isBefore: IsBefore<T>): T | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let index = 0;
  for (let child = 1; child < heap.length; child = 2 * index + 1) {
    const isRight = child + 1 < heap.length && isBefore(heap[child + 1] as T, heap[child] as T);
    if (isRight) child += 1;
    const smallest = heap[child] as T;
    if (!isBefore(smallest, last)) break;
    heap[index] = smallest;
    index = child;
  }
  heap[index] = last;
  return first;
}
