import type { Diagnostic } from '../diagnostics/index.js';

/** Collects the diagnostics of a run. What is found again in another instantiation, at the same place with the same words, is kept once. */
export class DiagnosticSink {
  private readonly seen = new Set<string>();
  private readonly collected: Diagnostic[] = [];

  add(diagnostic: Diagnostic): void {
    const { code, span, message } = diagnostic;
    const key = `${code}|${span.file}|${span.start}|${span.end}|${message}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.collected.push(diagnostic);
  }

  get hasErrors(): boolean {
    return this.collected.some(({ severity }) => severity === 'error');
  }

  /** In the order of files as they were first mentioned, then of places. */
  get diagnostics(): Diagnostic[] {
    const files = [...new Set(this.collected.map(({ span }) => span.file))];
    return [...this.collected].sort((a, b) => files.indexOf(a.span.file) - files.indexOf(b.span.file) || a.span.start - b.span.start);
  }
}
