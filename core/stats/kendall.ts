// Kendall's rank correlation, which counts pairs: how many are in the same order on both sides.
import { FailureType, PermanentError } from '../../contracts/failures.ts';

/**
 * Kendall's tau-b (Kendall 1945): pairs that are equal on a side count for neither order. NaN where either side is constant.
 * @throws {PermanentError} `InvalidData` for unequal lengths, fewer than two values, or one that is not finite
 */
export function kendallTau(x: ArrayLike<number>, y: ArrayLike<number>): number {
  requirePairs(x, y);
  const count = x.length;
  const order = Array.from(x, (_, place) => place).sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]!);
  const sortedY = Float64Array.from(order, (place) => y[place]!);
  const pairs = (count * (count - 1)) / 2;
  const equalX = equalPairs(count, (a, b) => x[order[a]!] === x[order[b]!]);
  const equalBoth = equalPairs(count, (a, b) => x[order[a]!] === x[order[b]!] && sortedY[a] === sortedY[b]);
  const swaps = sortCountingSwaps(sortedY);
  const equalY = equalPairs(count, (a, b) => sortedY[a] === sortedY[b]);
  const scale = Math.sqrt(pairs - equalX) * Math.sqrt(pairs - equalY);
  if (scale === 0) return NaN;
  return Math.max(-1, Math.min(1, (pairs - equalX - equalY + equalBoth - 2 * swaps) / scale));
}

/** Pairs within runs of neighbours that are equal. */
function equalPairs(count: number, equal: (place: number, next: number) => boolean): number {
  let pairs = 0;
  let run = 1;
  for (let place = 1; place <= count; place++) {
    if (place < count && equal(place - 1, place)) {
      run += 1;
      continue;
    }
    pairs += (run * (run - 1)) / 2;
    run = 1;
  }
  return pairs;
}

/** Sorts ascending by merging, and counts the pairs that stood the other way round (Knight 1966). */
function sortCountingSwaps(values: Float64Array): number {
  let swaps = 0;
  let source = values.slice();
  let target = values.slice();
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length);
      const end = Math.min(start + 2 * width, values.length);
      let left = start;
      let right = middle;
      for (let place = start; place < end; place++) {
        const takesRight = left >= middle || (right < end && source[right]! < source[left]!);
        if (takesRight) swaps += middle - left;
        target[place] = source[takesRight ? right++ : left++]!;
      }
    }
    [source, target] = [target, source];
  }
  values.set(source);
  return swaps;
}

function requirePairs(x: ArrayLike<number>, y: ArrayLike<number>): void {
  const wrong = [x, y].some((values) => Array.from(values).some((value) => !Number.isFinite(value)));
  if (x.length === y.length && x.length >= 2 && !wrong) return;
  throw new PermanentError(
    FailureType.InvalidData,
    `rank correlation: lists of ${x.length} and ${y.length} values${wrong ? ', one not finite' : ''}; expected equal lengths of at least 2, finite numbers`,
  );
}
