import { type Diagnostic, report } from '../diagnostics/index.js';
import { limits } from '../limits.js';

/** Collects the diagnostics of a run. What is found again in another instantiation, at the same place with the same words, is kept once. */
export class DiagnosticSink {
  private readonly seen = new Set<string>();
  private readonly collected: Diagnostic[] = [];
  private errors = 0;

  add(diagnostic: Diagnostic): void {
    const { code, span, message, severity } = diagnostic;
    if (severity === 'error' && this.isFull) return;
    const key = `${code}|${span.file}|${span.start}|${span.end}|${message}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    if (severity === 'error') this.errors += 1;
    this.collected.push(this.isFull && severity === 'error' ? report.tooManyErrors({ span, limit: limits.errors }) : diagnostic);
  }

  get hasErrors(): boolean {
    return this.errors > 0;
  }

  /** Whether there are so many errors that no more are taken; the last one says so. */
  get isFull(): boolean {
    return this.errors > limits.errors;
  }

  /** In the order of files as they were first mentioned, then of places. */
  get diagnostics(): Diagnostic[] {
    const files = new Map<string, number>();
    for (const { span } of this.collected) if (!files.has(span.file)) files.set(span.file, files.size);
    const order = ({ span }: Diagnostic): number => files.get(span.file) ?? 0;
    return [...this.collected].sort((a, b) => order(a) - order(b) || a.span.start - b.span.start);
  }
}
