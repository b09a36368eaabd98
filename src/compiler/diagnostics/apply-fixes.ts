import type { Diagnostic, Fix } from './diagnostic.js';

/**
 * The texts of the sources that the fixes of diagnostics change, by path. Of fixes that say the same one is applied; of those that touch the same text the
 * first. Sources of the standard library stay as they are.
 */
export function applyFixes(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const chosen: Fix[] = [];
  const seen = new Set<string>();
  for (const { fix } of diagnostics) {
    if (!fix?.edits.every(({ span }) => sources.has(span.file) && !span.file.startsWith('std/'))) continue;
    const key = JSON.stringify(fix.edits);
    if (seen.has(key) || chosen.some((other) => conflict(fix, other))) continue;
    seen.add(key);
    chosen.push(fix);
  }
  const edits = chosen.flatMap((fix) => fix.edits);
  const texts = new Map<string, string>();
  for (const file of new Set(edits.map(({ span }) => span.file))) {
    let text = sources.get(file) ?? '';
    const own = edits.filter(({ span }) => span.file === file).sort((a, b) => a.span.start - b.span.start);
    const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
    // From the end, so that the places in front stay where they are; insertions at one place stay in their order.
    for (const { span, text: inserted } of own.toReversed())
      text = text.slice(0, span.start) + inserted.replaceAll('\n', lineEnd) + text.slice(span.end);
    texts.set(file, text);
  }
  return texts;
}

/** Whether two fixes change the same text. An insertion beside a change is none. */
function conflict(a: Fix, b: Fix): boolean {
  return a.edits.some(({ span }) =>
    b.edits.some(({ span: other }) => span.file === other.file && span.start < other.end && other.start < span.end),
  );
}
