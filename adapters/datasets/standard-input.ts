// Rows of JSON lines from a stream, such as stdin.

import { isRecord, show, unreadable } from './raw-row.ts';
import type { RawRow } from './raw-row.ts';
import { parseJson } from './json-rows.ts';

/**
 * One object a line; blank lines are passed over. `name` stands for the path in messages.
 * @throws {PermanentError} `InvalidData` at the line that is none
 */
export async function* readJsonStream(input: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<RawRow> {
  let number = 0;
  for await (const text of linesOf(input)) {
    number += 1;
    if (text.trim() === '') continue;
    const value = parseJson(name, number, text);
    if (!isRecord(value)) throw unreadable(name, number, `found ${show(text)}; expected a JSON object`);
    yield { line: number, columns: value };
  }
}

/** Lines end at `\n` alone: U+2028 and its like stand inside texts. */
async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const bytes of input) {
    const texts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = texts.pop() ?? '';
    yield* texts;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
