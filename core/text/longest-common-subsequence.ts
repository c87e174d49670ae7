// The longest common subsequence of two word lists: in order, gaps allowed.

/** Its length, words given as codes; time first x second, memory the shorter list. */
export function commonSubsequenceLength(first: Int32Array, second: Int32Array): number {
  const [outer, inner] = first.length < second.length ? [second, first] : [first, second];
  const lengths = new Int32Array(inner.length + 1);
  for (const word of outer) {
    let diagonal = 0;
    let left = 0;
    for (let column = 1; column <= inner.length; column++) {
      const above = lengths[column]!;
      left = word === inner[column - 1] ? diagonal + 1 : Math.max(above, left);
      lengths[column] = left;
      diagonal = above;
    }
  }
  return lengths[inner.length]!;
}
