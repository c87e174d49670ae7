// Tables of plain text for the terminal: columns as wide as their widest cell.

/** The first column and those named in `left` stand left, the others right. */
export function textTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  left: readonly string[] = [],
): string {
  const lines = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      widths
        .map((width, column) => {
          const cell = line[column] ?? '';
          const isLeft = column === 0 || left.includes(titles[column] ?? '');
          return isLeft ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}
