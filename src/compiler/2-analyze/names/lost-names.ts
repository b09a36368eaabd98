import type { Diagnostic } from '../../diagnostics/index.js';

/**
 * Names beside the mistakes of syntax in a text, on the same line: what a statement that could not be understood would have given a value to, `gain` of
 * `wieght gain: [C]`. That they are unknown afterwards is no mistake of its own.
 */
export function lostNames(path: string, text: string, diagnostics: readonly Diagnostic[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { code, span } of diagnostics) {
    if (span.file !== path || code < 'MFN002' || code >= 'MFN003') continue;
    const [, before] = /([A-Za-z_]\w*)[^\S\r\n]*$/.exec(text.slice(Math.max(0, span.start - 80), span.start)) ?? [];
    const [, after] = /^[^\S\r\n]*([A-Za-z_]\w*)/.exec(text.slice(span.end, span.end + 80)) ?? [];
    for (const name of [before, after]) if (name !== undefined) names.add(name);
  }
  return names;
}
