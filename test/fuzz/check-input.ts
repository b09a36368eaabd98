import picocolors from 'picocolors';
import type { toLanguageServerDiagnostics } from '../../src/cli/language-server-diagnostics.js';
import type { renderDiagnostics } from '../../src/cli/terminal/render-diagnostic.js';
import type { analyze, format, verifyIR } from '../../src/compiler/index.js';

/** The compiler under test: that of `src` in the tests, the built one in the long run. */
export interface Subject {
  readonly analyze: typeof analyze;
  readonly format: typeof format;
  readonly verifyIR: typeof verifyIR;
  readonly renderDiagnostics: typeof renderDiagnostics;
  readonly toLanguageServerDiagnostics: typeof toLanguageServerDiagnostics;
}

const colors = picocolors.createColors(false);
const other = 'mfn 1\nlet a = 1\nfunction f(n: int) = n + 1\nblock A { in x: tensor  out y: tensor  y = x }\n';

/**
 * Analyses, prints and formats a text and says what is wrong with the answer: a place outside its file, a diagnostic that cannot be printed, neither an IR nor
 * an error, an IR that is not valid, a format that cannot be read again. Undefined where all is well.
 * @throws whatever the compiler throws, which is a mistake as well
 */
export function problemOf(text: string, subject: Subject): string | undefined {
  const files: Readonly<Record<string, string>> = { 'main.mfn': text, 'other.mfn': other };
  const host = {
    read: (path: string) => (Object.hasOwn(files, path) ? files[path] : undefined),
    resolve: (_from: string, specifier: string) => specifier.replace(/^\.\//, ''),
  };
  const { ir, diagnostics, sources } = subject.analyze('main.mfn', host);
  const hasErrors = diagnostics.some(({ severity }) => severity === 'error');
  if (ir === undefined && !hasErrors) return 'there is neither an IR nor an error';
  if (ir !== undefined && hasErrors) return 'there is an IR beside errors';
  for (const { code, span, related, message } of diagnostics) {
    if (message.length > 1000) return `${code} has a message of ${message.length} characters`;
    for (const place of [span, ...related.map((entry) => entry.span)]) {
      const length = sources.get(place.file)?.length;
      if (length === undefined) return `${code} points into ${place.file}, which was not read`;
      if (!(place.start >= 0 && place.start <= place.end && place.end <= length))
        return `${code} at ${place.start} to ${place.end} of ${length}`;
    }
  }
  subject.renderDiagnostics(diagnostics, { sources, colors });
  subject.toLanguageServerDiagnostics(diagnostics, sources);
  const [invalid] = ir ? subject.verifyIR(ir) : [];
  if (invalid !== undefined) return `the IR is not valid: ${invalid}`;
  return problemOfFormat(text, subject);
}

function problemOfFormat(text: string, subject: Subject): string | undefined {
  const formatted = subject.format('main.mfn', text).text;
  if (formatted === undefined) return undefined;
  const again = subject.format('main.mfn', formatted).text;
  if (again === undefined) return 'the formatted text has syntax errors';
  return again === formatted ? undefined : 'formatting again changes the text';
}
