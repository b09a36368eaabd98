import { LineIndex } from '../../../src/compiler/diagnostics/index.js';

/**
 * Plain data with texts in place of spans: lines and columns for the sources given, which are the same for all line ends, and the path alone for
 * others, the standard library's, so that an edit of them leaves records as they are.
 */
export function withPlaceTexts(data: unknown, sources: Readonly<Record<string, string>>): unknown {
  const indices = new Map(Object.entries(sources).map(([file, text]) => [file, new LineIndex(text)]));
  const place = (index: LineIndex, offset: number): string => {
    const { line, column } = index.positionOf(offset);
    return `${line}:${column}`;
  };
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    const { file, start, end } = value as { file?: unknown; start?: unknown; end?: unknown };
    if (typeof file === 'string' && typeof start === 'number' && typeof end === 'number') {
      const index = indices.get(file);
      return index ? `${file}:${place(index, start)} to ${place(index, end)}` : file;
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item)]));
  };
  return visit(data);
}
