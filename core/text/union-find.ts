// Groups of rows that grow together; a group is known by its first row.

/** @param count - rows 0 to count - 1, each a group of its own at first; 4 bytes a row */
export function separateGroups(count: number): Int32Array {
  const parents = new Int32Array(count);
  for (let row = 0; row < count; row++) parents[row] = row;
  return parents;
}

/** The first row of the group of `row`; paths are halved on the way, so later calls are quick. */
export function firstOfGroup(parents: Int32Array, row: number): number {
  let at = row;
  while (parents[at] !== at) {
    const above = parents[parents[at]!]!;
    parents[at] = above;
    at = above;
  }
  return at;
}

/** Makes one group of the groups of both rows. */
export function joinGroups(parents: Int32Array, row: number, other: number): void {
  const first = firstOfGroup(parents, row);
  const second = firstOfGroup(parents, other);
  if (first < second) parents[second] = first;
  else parents[first] = second;
}
