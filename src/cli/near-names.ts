/** @file Names near one that nothing has. */

/** At most `most` of `names` that are `wanted` but for some letters, or begin with it; the nearest first, equals in the order given. */
export function nearNames(wanted: string, names: Iterable<string>, most: number): string[] {
  const limit = Math.max(1, Math.floor(wanted.length / 4));
  return [...new Set(names)]
    .map((name) => ({ name, changes: name.startsWith(`${wanted}_`) ? limit : editDistance(wanted, name) }))
    .filter(({ changes }) => changes <= limit)
    .sort((a, b) => a.changes - b.changes)
    .slice(0, most)
    .map(({ name }) => name);
}

/** Letters to insert, remove, replace or swap with the next, each once, to make `b` of `a` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] as number) + 1 : changed;
      next.push(Math.min(changed, swapped, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length] as number;
}
