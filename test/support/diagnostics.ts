import picocolors from 'picocolors';
import { expect } from 'vitest';
import { renderDiagnostics } from '../../src/cli/terminal/render-diagnostic.js';
import { type Diagnostic, LineIndex } from '../../src/compiler/diagnostics/index.js';

/** 'line:column CODE' of a diagnostic; of one in another file than `text`'s, its offset. */
export function placeAndCode(text: string, diagnostic: Diagnostic): string {
  const { line, column } = new LineIndex(text).positionOf(diagnostic.span.start);
  return `${line}:${column} ${diagnostic.code}`;
}

/** Demands exactly these diagnostics, in this order, as 'line:column CODE'; prints the messages when it fails. */
export function expectDiagnostics(text: string, diagnostics: readonly Diagnostic[], wanted: readonly string[]): void {
  const found = diagnostics.map((diagnostic) => placeAndCode(text, diagnostic));
  expect(found, diagnostics.map((d) => `${placeAndCode(text, d)} ${d.message}`).join('\n')).toEqual(wanted);
}

/** Demands that every span, related ones too, lies inside its text. */
export function expectSpansInside(text: string, diagnostics: readonly Diagnostic[]): void {
  for (const { code, span, related } of diagnostics) {
    for (const place of [span, ...related.map((r) => r.span)]) {
      expect(
        place.start >= 0 && place.start <= place.end && place.end <= text.length,
        `${code} at ${place.start}..${place.end} of ${text.length}`,
      ).toBe(true);
    }
  }
}

/** Diagnostics as the command line prints them, without colours. */
export function rendered(file: string, text: string, diagnostics: readonly Diagnostic[]): string {
  return renderDiagnostics(diagnostics, { sources: new Map([[file, text]]), colors: picocolors.createColors(false) });
}
