import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Diagnostic, LineIndex, type Span } from '../compiler/diagnostics/index.js';

/** Range of the Language Server Protocol: lines and UTF-16 characters counted from 0. */
interface Range {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** Codes of what could be left out, which editors show faded. */
const unnecessary = new Set(['MFN1005']);

/** A diagnostic as the Language Server Protocol has it. `file`, its path as it was given, is an addition. */
export interface LanguageServerDiagnostic {
  readonly file: string;
  readonly range: Range;
  /** 1: error, 2: warning. */
  readonly severity: 1 | 2;
  readonly code: string;
  readonly source: 'mfnc';
  readonly message: string;
  /** 1: unnecessary. */
  readonly tags?: readonly [1];
  readonly relatedInformation: readonly { readonly location: { readonly uri: string; readonly range: Range }; readonly message: string }[];
  /** What the protocol has no field for: advice, shapes and values of sub-expressions, and a fix as text edits. */
  readonly data?: {
    readonly hint?: string;
    readonly values?: readonly { readonly range: Range; readonly text: string }[];
    readonly fix?: {
      readonly title: string;
      readonly edits: readonly { readonly uri: string; readonly range: Range; readonly newText: string }[];
    };
  };
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
  return diagnostics.map(({ code, severity, message, span, related, values, hint, fix }) => ({
    file: span.file,
    range: rangeOf(span),
    severity: severity === 'error' ? 1 : 2,
    code,
    source: 'mfnc',
    message,
    ...(unnecessary.has(code) && { tags: [1] as const }),
    relatedInformation: related.map((place) => ({
      location: { uri: uriOf(place.span.file), range: rangeOf(place.span) },
      message: place.message,
    })),
    ...((hint !== undefined || values !== undefined || fix !== undefined) && {
      data: {
        ...(hint !== undefined && { hint }),
        ...(values !== undefined && { values: values.map((value) => ({ range: rangeOf(value.span), text: value.text })) }),
        ...(fix !== undefined && {
          fix: {
            title: fix.title,
            edits: fix.edits.map((edit) => ({ uri: uriOf(edit.span.file), range: rangeOf(edit.span), newText: edit.text })),
          },
        }),
      },
    }),
  }));
}

/** Sources of the standard library lie in no file. */
const uriOf = (file: string): string => (file.startsWith('std/') ? `mfnc:${file}` : pathToFileURL(path.resolve(file)).href);
