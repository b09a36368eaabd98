import { type Diagnostic, LineIndex, type Span } from '../compiler/diagnostics/index.js';

/** Range of the Language Server Protocol: lines and UTF-16 characters counted from 0. */
interface Range {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** A diagnostic as the Language Server Protocol has it; `file` and `hint` are additions. */
export interface LanguageServerDiagnostic {
  readonly file: string;
  readonly range: Range;
  /** 1: error, 2: warning. */
  readonly severity: 1 | 2;
  readonly code: string;
  readonly source: 'mfnc';
  readonly message: string;
  readonly relatedInformation: readonly { readonly location: { readonly uri: string; readonly range: Range }; readonly message: string }[];
  readonly hint?: string;
}

/** Gives diagnostics the shape of the Language Server Protocol; `sources` holds the texts by path. */
export function toLanguageServerDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): LanguageServerDiagnostic[] {
  const indexes = new Map<string, LineIndex>();
  const rangeOf = (span: Span): Range => {
    const index = indexes.get(span.file) ?? new LineIndex(sources.get(span.file) ?? '');
    indexes.set(span.file, index);
    const [start, end] = [span.start, span.end].map((offset) => {
      const { line, column } = index.positionOf(offset);
      return { line: line - 1, character: column - 1 };
    });
    return { start: start ?? { line: 0, character: 0 }, end: end ?? { line: 0, character: 0 } };
  };
  return diagnostics.map(({ code, severity, message, span, related, hint }) => ({
    file: span.file,
    range: rangeOf(span),
    severity: severity === 'error' ? 1 : 2,
    code,
    source: 'mfnc',
    message,
    relatedInformation: related.map((place) => ({
      location: { uri: place.span.file, range: rangeOf(place.span) },
      message: place.message,
    })),
    ...(hint !== undefined && { hint }),
  }));
}
