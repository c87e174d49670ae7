// The longest common subsequence of two word lists: in order, gaps allowed.

/** Its length; time first x second, memory the shorter list. */
export function commonSubsequenceLength(first: readonly string[], second: readonly string[]): number {
  const [outer, inner] = first.length < second.length ? [second, first] : [first, second];
  const lengths = new Uint32Array(inner.length + 1);
  for (const word of outer) {
    let diagonal = 0;
    for (let column = 1; column <= inner.length; column++) {
      const above = lengths[column]!;
      lengths[column] = word === inner[column - 1] ? diagonal + 1 : Math.max(above, lengths[column - 1]!);
      diagonal = above;
    }
  }
  return lengths[inner.length]!;
}
