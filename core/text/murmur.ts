// MurmurHash3 for 32-bit machines with 128 bits (Appleby, public domain), over the UTF-16 code units of a text, low byte
// first: the hash of the text's UTF-16LE bytes. Not cryptographic: whoever picks texts on purpose can make them collide.

const C1 = 0x239b961b;
const C2 = 0xab0e9789 | 0;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93 | 0;

/** The first 64 of the 128 bits, as two signed 32-bit halves. Among a million texts, two share them with odds of 3e-8. */
export function hashText(text: string): { readonly low: number; readonly high: number } {
  const { length } = text;
  let [h1, h2, h3, h4] = [0, 0, 0, 0];
  const whole = length & ~7;
  for (let at = 0; at < whole; at += 8) {
    h1 = (Math.imul(rotated(h1 ^ mixed(wordAt(text, at), C1, 15, C2), 19) + h2, 5) + 0x561ccd1b) | 0;
    h2 = (Math.imul(rotated(h2 ^ mixed(wordAt(text, at + 2), C2, 16, C3), 17) + h3, 5) + 0x0bcaa747) | 0;
    h3 = (Math.imul(rotated(h3 ^ mixed(wordAt(text, at + 4), C3, 17, C4), 15) + h4, 5) + 0x96cd1c35) | 0;
    h4 = (Math.imul(rotated(h4 ^ mixed(wordAt(text, at + 6), C4, 18, C1), 13) + h1, 5) + 0x32ac3b17) | 0;
  }
  h4 ^= mixed(wordAt(text, whole + 6), C4, 18, C1);
  h3 ^= mixed(wordAt(text, whole + 4), C3, 17, C4);
  h2 ^= mixed(wordAt(text, whole + 2), C2, 16, C3);
  h1 ^= mixed(wordAt(text, whole), C1, 15, C2);
  const bytes = length * 2;
  [h1, h2, h3, h4] = [h1 ^ bytes, h2 ^ bytes, h3 ^ bytes, h4 ^ bytes];
  h1 = (h1 + h2 + h3 + h4) | 0;
  const firsts = [h1, h2 + h1, h3 + h1, h4 + h1].map(finished) as [number, number, number, number];
  const sum = (firsts[0] + firsts[1] + firsts[2] + firsts[3]) | 0;
  return { low: sum, high: (firsts[1] + sum) | 0 };
}

/** Every input bit reaches every output bit: the finaliser of MurmurHash3, as a signed number. */
export function finished(value: number): number {
  let bits = value ^ (value >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** Two code units from `at`; beyond the end, zeros, whose mixture is zero as the tail's rule asks. */
function wordAt(text: string, at: number): number {
  return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
}

function mixed(word: number, before: number, turn: number, after: number): number {
  return Math.imul(rotated(Math.imul(word, before), turn), after);
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
