import { visibleLength } from './style.js';

/** Lines up columns; a heading of '' has none. The last column is not padded. */
export const table = (headings: readonly string[], rows: readonly (readonly string[])[], indent = ''): string => {
  const named = headings.some((heading) => heading !== '');
  const all = named ? [headings, ...rows] : rows;
  const widths = headings.map((_, column) => Math.max(0, ...all.map((row) => visibleLength(row[column] ?? ''))));
  const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - visibleLength(text)));
  return all
    .map(
      (row) =>
        indent +
        row
          .map((cell, column) => pad(cell, widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
    )
    .join('\n');
};
