import type { Diagnostic, RelatedPlace, Severity, Span } from './diagnostic.js';

/** What every diagnostic constructor of the catalogue takes besides its own parameters. */
export interface Place {
  readonly span: Span;
  readonly related?: readonly RelatedPlace[];
  /** Replaces the catalogue's hint where the caller knows better advice. */
  readonly hint?: string | undefined;
}

/** Lists alternatives in backticks: "`a`", "`a` or `b`", "`a`, `b` or `c`". */
export function alternatives(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  if (quoted.length < 2) return quoted.join('');
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** Puts a diagnostic together; of `hints` the first one whose parameters are known (a string) is kept. */
export function buildDiagnostic(
  place: Place,
  code: string,
  severity: Severity,
  message: string,
  hints: readonly (string | false | undefined)[],
): Diagnostic {
  const hint = place.hint ?? hints.find((candidate): candidate is string => typeof candidate === 'string');
  const diagnostic = { code, severity, message, span: place.span, related: place.related ?? [] };
  return hint === undefined ? diagnostic : { ...diagnostic, hint };
}
