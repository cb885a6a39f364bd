/** One subscription in the tree, in the caller's numbers. */
type Leaf = { readonly id: number; readonly entries: number[] };

type Node = {
  readonly children: Map<string, Node>;
  /** Subscriptions whose filter ends here, and those that end with # here. */
  here: Leaf | null;
  rest: Leaf | null;
};

/** Topic filters by level, so that matching a topic costs by its depth and not by the number of filters. */
export class FilterTree {
  readonly #root: Node = newNode();
  #leaves = 0;

  add(filterLevels: readonly string[], entry: number): void {
    let node = this.#root;
    const last = filterLevels.length - 1;
    for (let i = 0; i <= last; i++) {
      const level = filterLevels[i] as string;
      if (level === '#') {
        node.rest ??= { id: this.#leaves++, entries: [] };
        node.rest.entries.push(entry);
        return;
      }
      let next = node.children.get(level);
      if (next === undefined) {
        next = newNode();
        node.children.set(level, next);
      }
      node = next;
    }
    node.here ??= { id: this.#leaves++, entries: [] };
    node.here.entries.push(entry);
  }

  /** The leaves of all filters that match surely; a null level of the topic matches only wildcards. */
  match(levels: readonly (string | null)[]): readonly Leaf[] {
    const found: Leaf[] = [];
    // Wildcards at the front do not match topics that begin with $ [MQTT-4.7.2-1].
    this.#walk(this.#root, levels, 0, levels[0]?.startsWith('$') === true, found);
    return found;
  }

  #walk(node: Node, levels: readonly (string | null)[], depth: number, noWildcard: boolean, found: Leaf[]): void {
    if (node.rest !== null && !(noWildcard && depth === 0)) found.push(node.rest);
    if (depth === levels.length) {
      if (node.here !== null) found.push(node.here);
      return;
    }
    const level = levels[depth];
    const exact = typeof level === 'string' && level !== '+' ? node.children.get(level) : undefined;
    if (exact !== undefined) this.#walk(exact, levels, depth + 1, noWildcard, found);
    const any = node.children.get('+');
    if (any !== undefined && !(noWildcard && depth === 0)) this.#walk(any, levels, depth + 1, noWildcard, found);
  }
}

function newNode(): Node {
  return { children: new Map(), here: null, rest: null };
}
