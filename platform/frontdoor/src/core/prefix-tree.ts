/**
 * Values under texts, found for all texts that another one begins with. A radix tree.
 *
 *     "" ─ "/ap" ┬ "i/" ─ "timezone"        look-up of "/api/timezone/x" meets "", "/ap", "/api/", …
 *                └ "p"
 *
 * PERF: a look-up is O(characters of the text), however many texts there are.
 */

interface Node<T> {
  label: string;
  value: T | undefined;
  children: Map<number, Node<T>> | undefined;
}

export class PrefixTree<T> {
  readonly #root: Node<T> = { label: "", value: undefined, children: undefined };

  set(key: string, value: T): void {
    let node = this.#root;
    let at = 0;
    while (at < key.length) {
      const child = node.children?.get(key.charCodeAt(at));
      if (child === undefined) {
        const leaf: Node<T> = { label: key.slice(at), value: undefined, children: undefined };
        node.children ??= new Map();
        node.children.set(key.charCodeAt(at), leaf);
        node = leaf;
        break;
      }
      const shared = sharedLength(child.label, key, at);
      node = shared < child.label.length ? splitNode(node, child, shared) : child;
      at += shared;
    }
    node.value = value;
  }

  /** Values of every text that `text` begins with, shortest first. */
  forEachPrefix(text: string, told: (value: T) => void): void {
    let node: Node<T> | undefined = this.#root;
    let at = 0;
    while (node !== undefined) {
      if (node.value !== undefined) told(node.value);
      if (node.children === undefined || at >= text.length) return;
      const child = node.children.get(text.charCodeAt(at));
      if (child === undefined || !text.startsWith(child.label, at)) return;
      at += child.label.length;
      node = child;
    }
  }
}

function sharedLength(label: string, key: string, at: number): number {
  let shared = 0;
  while (shared < label.length && label[shared] === key[at + shared]) shared += 1;
  return shared;
}

/** Puts a node between the two, for the first `length` characters of the child's label. */
function splitNode<T>(parent: Node<T>, child: Node<T>, length: number): Node<T> {
  const label = child.label.slice(0, length);
  const between: Node<T> = { label, value: undefined, children: new Map() };
  child.label = child.label.slice(length);
  between.children?.set(child.label.charCodeAt(0), child);
  parent.children?.set(label.charCodeAt(0), between);
  return between;
}
