// Tables under the charts: the same numbers, to read off and to copy.

import { markup } from './markup.ts';
import type { Insertion, Markup } from './markup.ts';

export interface Column {
  readonly title: string;
  /** `wrap` is text that may take several lines. */
  readonly kind: 'number' | 'text' | 'wrap';
}

export function table(columns: readonly Column[], rows: readonly (readonly Insertion[])[]): Markup {
  const classes = columns.map(({ kind }) => (kind === 'number' ? '' : kind === 'text' ? 'text' : 'text wrap'));
  const head = columns.map(({ title }, index) => markup`<th class="${classes[index] ?? ''}" scope="col">${title}</th>`);
  const body = rows.map(
    (cells) => markup`<tr>${cells.map((cell, index) => markup`<td class="${classes[index] ?? ''}">${cell}</td>`)}</tr>`,
  );
  return markup`<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** A value with its interval in small print under it. */
export function withInterval(value: string, interval: string | null): Markup {
  return markup`${value}${interval === null ? null : markup`<small>${interval}</small>`}`;
}
