/**
 * Text of an object that is kept as long as what it shows stays the same.
 *
 * The master's objects change in place, but what is shown of them is replaced and never changed: a
 * resource sum, a list of statuses. So the text is good while each of these parts is the very same
 * value as when it was made; to look costs a handful of comparisons, and nobody has to remember to
 * invalidate. The text lives as long as the object does.
 */

export class FragmentCache<T extends object, Text = string> {
  readonly #parts: (value: T) => readonly unknown[];
  readonly #render: (value: T) => Text;
  readonly #fragments = new WeakMap<
    T,
    { readonly parts: readonly unknown[]; readonly text: Text }
  >();

  /** `parts` names everything that `render` reads. */
  constructor(parts: (value: T) => readonly unknown[], render: (value: T) => Text) {
    this.#parts = parts;
    this.#render = render;
  }

  /** PERF: O(parts) when nothing changed. */
  of(value: T): Text {
    const parts = this.#parts(value);
    const kept = this.#fragments.get(value);
    if (kept !== undefined && sameParts(kept.parts, parts)) return kept.text;
    const text = this.#render(value);
    this.#fragments.set(value, { parts, text });
    return text;
  }
}

function sameParts(left: readonly unknown[], right: readonly unknown[]): boolean {
  for (let n = 0; n < right.length; n++) if (!Object.is(left[n], right[n])) return false;
  return true;
}
