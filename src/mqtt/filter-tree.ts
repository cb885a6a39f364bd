/** All subscriptions with one filter. Ids count from 0 in each tree. */
export type Leaf<Entry> = { readonly id: number; readonly entries: Entry[] };

type Node<Entry> = {
  readonly children: Map<string, Node<Entry>>;
  leaf: Leaf<Entry> | null;
};

/** Topic filters by level, so that matching a topic costs by its depth and not by the number of filters. */
export class FilterTree<Entry> {
  readonly #root: Node<Entry> = newNode();
  #leaves = 0;

  add(filterLevels: readonly string[], entry: Entry): void {
    let node = this.#root;
    for (const level of filterLevels) {
      let next = node.children.get(level);
      if (next === undefined) {
        next = newNode();
        node.children.set(level, next);
      }
      node = next;
    }
    node.leaf ??= { id: this.#leaves++, entries: [] };
    node.leaf.entries.push(entry);
  }

  /**
   * The filters that match a topic, by the rules of `matches`: `yes`, those that match surely; `depends`, also those that may,
   * because a null level of the topic varies.
   */
  match(levels: readonly (string | null)[], least: 'yes' | 'depends'): readonly Leaf<Entry>[] {
    const found: Leaf<Entry>[] = [];
    // Wildcards at the front do not match topics that begin with $ [MQTT-4.7.2-1].
    const hidden = levels[0]?.startsWith('$') === true;
    this.#walk(this.#root, levels, 0, { hidden, maybe: least === 'depends' }, found);
    return found;
  }

  #walk(
    { children, leaf }: Node<Entry>,
    levels: readonly (string | null)[],
    depth: number,
    how: { readonly hidden: boolean; readonly maybe: boolean },
    found: Leaf<Entry>[],
  ): void {
    const wildcards = depth > 0 || !how.hidden;
    const rest = wildcards ? children.get('#')?.leaf : null;
    if (rest) found.push(rest);
    if (depth === levels.length) {
      if (leaf !== null) found.push(leaf);
      return;
    }
    const level = levels[depth];
    if (level === null && how.maybe) {
      for (const [name, child] of children) if (name !== '#') this.#walk(child, levels, depth + 1, how, found);
      return;
    }
    const exact = typeof level === 'string' && level !== '+' ? children.get(level) : undefined;
    if (exact !== undefined) this.#walk(exact, levels, depth + 1, how, found);
    const any = wildcards ? children.get('+') : undefined;
    if (any !== undefined) this.#walk(any, levels, depth + 1, how, found);
  }
}

function newNode<Entry>(): Node<Entry> {
  return { children: new Map(), leaf: null };
}
