import type { Expression, Parameter } from '../../1-parse/ast.js';
import type { Span } from '../../diagnostics/index.js';

/** Which defaults of parameters an elaboration took, and the arguments that it took in the place of others. */
export class DefaultUse {
  private readonly taken = new Set<Expression>();
  private readonly passed = new Map<Expression, Map<string, Span>>();

  /** A call has an argument for a parameter, or else leaves it to its default. */
  record({ default: preset }: Parameter, argument: { readonly span: Span } | undefined): void {
    if (!preset || this.taken.has(preset)) return;
    if (!argument) {
      this.taken.add(preset);
      return;
    }
    const places = this.passed.get(preset) ?? new Map<string, Span>();
    const { span } = argument;
    this.passed.set(preset, places.set(`${span.file} ${span.start} ${span.end}`, span));
  }

  /** Where arguments stand in the place of a default that nothing took; undefined where something did. */
  argumentsInsteadOf(preset: Expression): readonly Span[] | undefined {
    return this.taken.has(preset) ? undefined : [...(this.passed.get(preset)?.values() ?? [])];
  }
}
