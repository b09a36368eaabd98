import type { Diagnostic, Fix, RelatedPlace, Severity, Span } from './diagnostic.js';

/** What every diagnostic constructor of the catalogue takes besides its own parameters. */
export interface Place {
  readonly span: Span;
  readonly related?: readonly RelatedPlace[];
  /** Replaces the catalogue's hint where the caller knows better advice. */
  readonly hint?: string | undefined;
  /** Replaces the fix that follows from the catalogue. */
  readonly fix?: Fix | undefined;
}

/** Lists alternatives in backticks: "`a`", "`a` or `b`", "`a`, `b` or `c`". */
export function alternatives(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  if (quoted.length < 2) return quoted.join('');
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** Characters of a message; what is longer holds a shape or a text that nobody reads to its end. */
const messageLimit = 600;

/** A message with its middle left out where it is too long. */
function shortened(message: string): string {
  if (message.length <= messageLimit) return message;
  return `${message.slice(0, messageLimit / 2)} ... ${message.slice(-messageLimit / 4)}`;
}

/** A fix that puts another text in a place, or removes what stands there. */
export const replacement = (span: Span, text: string): Fix => ({
  title: text === '' ? 'remove it' : `replace by \`${text}\``,
  edits: [{ span, text }],
});

/**
 * Puts a diagnostic together; of `hints` the first one whose parameters are known (a string) is kept. Where the place holds a name and only one could
 * have been meant (`names`), putting it there is the fix.
 */
export function buildDiagnostic(
  place: Place,
  code: string,
  severity: Severity,
  message: string,
  hints: readonly (string | false | undefined)[],
  names: readonly string[] = [],
): Diagnostic {
  const { span } = place;
  const related = (place.related ?? []).map((other) => ({ ...other, message: shortened(other.message) }));
  const hint = place.hint ?? hints.find((candidate): candidate is string => typeof candidate === 'string');
  const [only, ...others] = names;
  // A hint of the caller's own says something else than to take the name.
  const isCertain = only !== undefined && others.length === 0 && place.hint === undefined;
  const fix = place.fix ?? (isCertain ? replacement(span, only) : undefined);
  return {
    code,
    severity,
    message: shortened(message),
    span,
    related,
    ...(hint !== undefined && { hint: shortened(hint) }),
    ...(fix !== undefined && { fix }),
  };
}
