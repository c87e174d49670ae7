// Markdown from values that may hold anything.

/** @param rows - cells as Markdown, one for each title */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The text on one line between backticks, cut to a length that can be read. */
export function inlineCode(text: string, most = 300): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  const cut = flat.length > most ? `${flat.slice(0, most)} ...` : flat;
  const fence = '`'.repeat(Math.max(0, ...(cut.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  return cut === '' ? '(empty)' : fence.length === 1 ? `\`${cut}\`` : `${fence} ${cut} ${fence}`;
}
