import { LineIndex } from '../../../src/compiler/diagnostics/index.js';

/** Plain data with lines and columns in place of offsets, so that sources with different line ends can be compared. */
export function withoutOffsets(data: unknown, sources: ReadonlyMap<string, string>): unknown {
  const indices = new Map([...sources].map(([file, text]) => [file, new LineIndex(text)]));
  const place = (index: LineIndex, offset: number): string => {
    const { line, column } = index.positionOf(offset);
    return `${line}:${column}`;
  };
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    const { file, start, end } = value as { file?: unknown; start?: unknown; end?: unknown };
    const index = typeof file === 'string' ? indices.get(file) : undefined;
    if (index && typeof start === 'number' && typeof end === 'number') return `${file} ${place(index, start)} to ${place(index, end)}`;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item)]));
  };
  return visit(data);
}
