import type { SourceFile } from '../../src/compiler/1-parse/ast.js';
import { LineIndex, type Span } from '../../src/compiler/diagnostics/index.js';

function isSpan(value: unknown): value is Span {
  return typeof value === 'object' && value !== null && 'start' in value && 'end' in value && 'file' in value;
}

/** The AST as indented lines, `name: kind scalars @line:column-line:column`, for goldens that people can read. */
export function astText(file: SourceFile, text: string, { spans = true } = {}): string {
  const index = new LineIndex(text);
  const lines: string[] = [];
  const at = (span: Span): string => {
    const [start, end] = [index.positionOf(span.start), index.positionOf(span.end)];
    return spans ? ` @${start.line}:${start.column}-${end.line}:${end.column}` : '';
  };
  const visit = (label: string, value: unknown, indent: string): void => {
    if (Array.isArray(value)) {
      if (value.length === 0) return;
      for (const [i, item] of value.entries()) visit(`${label}[${i}]`, item, indent);
      return;
    }
    if (typeof value !== 'object' || value === null) {
      if (value !== undefined) lines.push(`${indent}${label}: ${JSON.stringify(value)}`);
      return;
    }
    const entries = Object.entries(value).filter(
      ([key, item]) => key !== 'span' && key !== 'kind' && typeof item !== 'undefined' && !(key === 'path' && typeof item === 'string'),
    );
    const kind = 'kind' in value ? ` ${String(value.kind)}` : '';
    const scalars = entries
      .filter(([, item]) => typeof item !== 'object' && item !== undefined)
      .map(([key, item]) => ` ${key}=${JSON.stringify(item)}`);
    const span = 'span' in value && isSpan(value.span) ? at(value.span) : '';
    lines.push(`${indent}${label}:${kind}${scalars.join('')}${span}`);
    for (const [key, item] of entries) if (typeof item === 'object') visit(key, item, `${indent}  `);
  };
  visit('file', file, '');
  return `${lines.join('\n')}\n`;
}
