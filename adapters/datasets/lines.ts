// The lines of UTF-8 text, in pieces, so that memory holds one line and one piece.

import { unreadable } from './raw-row.ts';

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * Lines end at `\n` or `\r\n` alone: U+2028 and its like stand inside texts. A byte order mark is dropped.
 * @param name - the path, or what stands for it in messages
 * @throws {PermanentError} `InvalidData` for bytes that are not UTF-8
 */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let number = 0;
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch (error) {
      throw unreadable(
        name,
        number + 1,
        'found bytes that are not UTF-8 here or shortly after; save the file as UTF-8',
        error,
      );
    }
  };
  for await (const bytes of pieces) {
    const texts = decode(bytes).split('\n');
    texts[0] = rest + (texts[0] ?? '');
    rest = texts.pop() ?? '';
    for (const text of texts) yield { number: ++number, text: withoutReturn(text) };
  }
  rest += decode();
  if (rest !== '') yield { number: number + 1, text: withoutReturn(rest) };
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
