// Word n-grams as numbers, so that millions of them fit a map: 53-bit hashes, exact in a float64. Two different n-grams
// of a million share a key with probability 1e-4; whoever acts on a match looks at the words again.

/** The key of every run of `n` words, by start position; empty when there are fewer than `n` words. */
export function ngramKeys(words: readonly string[], n: number): Float64Array {
  const hashes = words.map(wordHash);
  const keys = new Float64Array(Math.max(0, words.length - n + 1));
  for (let start = 0; start < keys.length; start++) keys[start] = combine(hashes, start, start + n);
  return keys;
}

interface WordHash {
  readonly low: number;
  readonly high: number;
}

function wordHash(word: string): WordHash {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < word.length; index++) {
    const code = word.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return { low: scramble(low), high: scramble(high) };
}

function combine(hashes: readonly WordHash[], start: number, end: number): number {
  let low = 0;
  let high = 0;
  for (let index = start; index < end; index++) {
    const hash = hashes[index]!;
    low = Math.imul(low, 0x9e3779b1) + hash.low;
    high = Math.imul(high, 0xc2b2ae35) + hash.high;
  }
  return (scramble(high) & 0x1f_ffff) * 0x1_0000_0000 + scramble(low);
}

// The finaliser of MurmurHash3: every input bit reaches every output bit.
function scramble(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
