// Short texts by number, packed as UTF-8: a million ids take their bytes and four more each, not a million strings.

const BYTES_OF_A_CHUNK = 1 << 20;
/** UTF-8 takes at most three bytes for each UTF-16 unit. */
const MOST_BYTES_OF_A_UNIT = 3;

export class PackedTexts {
  readonly #chunks: { readonly bytes: Uint8Array; readonly firstText: number; readonly ends: number[] }[] = [];
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Takes the next text and gives its number, from 0 on. */
  add(text: string): number {
    const most = text.length * MOST_BYTES_OF_A_UNIT;
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || (chunk.ends.at(-1) ?? 0) + most > chunk.bytes.length) {
      chunk = { bytes: new Uint8Array(Math.max(BYTES_OF_A_CHUNK, most)), firstText: this.#count, ends: [] };
      this.#chunks.push(chunk);
    }
    const start = chunk.ends.at(-1) ?? 0;
    chunk.ends.push(start + this.#encoder.encodeInto(text, chunk.bytes.subarray(start)).written);
    return this.#count++;
  }

  /** @param number - below `count` */
  at(number: number): string {
    const chunk = this.#chunks.findLast(({ firstText }) => firstText <= number)!;
    const place = number - chunk.firstText;
    return this.#decoder.decode(chunk.bytes.subarray(place === 0 ? 0 : chunk.ends[place - 1], chunk.ends[place]));
  }
}
