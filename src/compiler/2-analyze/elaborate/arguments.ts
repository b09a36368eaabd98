import type { Name, Parameter } from '../../1-parse/ast.js';
import { didYouMean, report, type Span } from '../../diagnostics/index.js';
import { type Context, fail } from './context.js';
import type { Value } from './values.js';

/** An argument with its value. */
export interface EvaluatedArgument {
  readonly name?: Name;
  readonly value: Value;
  readonly span: Span;
}

/** What a callee takes at one position. */
export interface Slot {
  readonly name: string;
  readonly optional: boolean;
}

export const slotsOf = (parameters: readonly Parameter[]): Slot[] =>
  parameters.map((parameter) => ({ name: parameter.name.text, optional: parameter.default !== undefined }));

/**
 * Matches arguments with parameters, by position, then by name. Every mistake is reported: unknown names (with "did you mean"), arguments
 * given twice, too many, missing ones. Undefined when there was one.
 */
export function bindArguments(
  context: Context,
  callee: string,
  slots: readonly Slot[],
  given: readonly EvaluatedArgument[],
  span: Span,
): Map<string, EvaluatedArgument> | undefined {
  const bound = new Map<string, EvaluatedArgument>();
  const signature =
    slots.length === 0 ? 'none' : slots.map(({ name, optional }) => (optional ? `\`${name}\` (optional)` : `\`${name}\``)).join(', ');
  let isValid = true;
  const problem = (diagnostic: Parameters<typeof fail>[1]): void => {
    isValid = false;
    fail(context, diagnostic);
  };
  let position = 0;
  for (const argument of given) {
    const name = argument.name?.text ?? slots[position]?.name;
    if (!argument.name) position += 1;
    if (name === undefined) {
      if (position === slots.length + 1) {
        const count = given.filter((other) => !other.name).length;
        problem(report.tooManyArguments({ span: argument.span, callee, signature, count, limit: slots.length }));
      }
    } else if (!slots.some((slot) => slot.name === name)) {
      const names = slots.map((slot) => slot.name);
      const place = argument.name?.span ?? argument.span;
      problem(report.unknownArgument({ span: place, name, callee, signature, candidates: didYouMean(name, names) }));
    } else if (bound.has(name)) {
      problem(report.duplicateArgument({ span: argument.span, name, callee }));
    } else {
      bound.set(name, argument);
    }
  }
  for (const { name, optional } of slots) {
    if (!optional && !bound.has(name) && isValid) problem(report.missingArgument({ span, name, callee, signature }));
  }
  return isValid ? bound : undefined;
}
