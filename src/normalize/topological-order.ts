/** @file What needs what, in order: Tarjan's strongly connected components, which come out after all that they need. */

interface Visit<T> {
  readonly node: T;
  readonly rest: Iterator<T>;
}

/**
 * `nodes` in groups, each behind the groups that it needs; a group of several is a cycle of needs. Where needs leave a choice, the given order
 * stands. Linear in nodes and needs.
 */
export function inOrder<T>(nodes: readonly T[], needs: (node: T) => Iterable<T>): T[][] {
  const groups: T[][] = [];
  const found = new Map<T, number>();
  /** The earliest found node of an open group that a node leads to. */
  const low = new Map<T, number>();
  const open: T[] = [];
  const isOpen = new Set<T>();
  const path: Visit<T>[] = [];
  const enter = (node: T): void => {
    found.set(node, found.size);
    low.set(node, found.size - 1);
    open.push(node);
    isOpen.add(node);
    path.push({ node, rest: needs(node)[Symbol.iterator]() });
  };
  const lower = (node: T, to: number): void => void low.set(node, Math.min(low.get(node) as number, to));
  const close = (node: T): void => {
    if (low.get(node) !== found.get(node)) return;
    const group = open.splice(open.lastIndexOf(node));
    for (const member of group) isOpen.delete(member);
    groups.push(group);
  };
  for (const start of nodes) {
    if (!found.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.next();
      if (!next.done) {
        if (!found.has(next.value)) enter(next.value);
        else if (isOpen.has(next.value)) lower(top.node, found.get(next.value) as number);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent) lower(parent.node, low.get(top.node) as number);
      close(top.node);
    }
  }
  return groups;
}
