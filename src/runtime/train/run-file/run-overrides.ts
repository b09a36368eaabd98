import type { Expression, NamePath, SetEdit } from '../../../compiler/1-parse/ast.js';
import { parseExpression } from '../../../compiler/1-parse/index.js';
import { expressionText, type OverrideSource, overridesFrom } from '../../../compiler/2-analyze/variants/overrides.js';
import type { Span } from '../../../compiler/diagnostics/index.js';
import type { ParameterValue } from '../../../compiler/ir/ir.js';
import { isParameterValue } from '../../../compiler/ir/parameter-value.js';
import { inputFailure } from '../../files/index.js';
import type { RunDocument } from './run-document.js';

/** What a run file says of the model's parameters and training. */
interface Sections {
  readonly parameters?: Record<string, unknown> | null;
  readonly training?: Record<string, unknown> | null;
}

/** The assignments that a run file makes to its model: nested mappings are name paths, `refinement: { lambda: 0 }` is `training.refinement.lambda = 0`. */
export function overridesOfDocument({ parameters, training }: Sections, document: RunDocument): OverrideSource {
  const edits = [...assignmentsIn(parameters ?? {}, ['parameters'], document), ...assignmentsIn(training ?? {}, ['training'], document)];
  return { file: document.path, text: document.text, edits, diagnostics: [] };
}

/** Assignments of `--set`; a leading `parameters.`, as the run file has it, may be left out. */
export function overridesOfArguments(assignments: readonly string[]): OverrideSource {
  const source = overridesFrom('--set', assignments);
  return { ...source, edits: source.edits.map((edit) => ({ ...edit, path: withoutSection(edit.path) })) };
}

function withoutSection(path: NamePath): NamePath {
  const [first, ...rest] = path.steps;
  return first?.name.text === 'parameters' && rest.length > 0 ? { ...path, steps: rest } : path;
}

function assignmentsIn(mapping: Record<string, unknown>, path: readonly string[], document: RunDocument): SetEdit[] {
  return Object.entries(mapping).flatMap(([key, value]): SetEdit[] => {
    const here = [...path, key];
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && path[0] === 'training')
      return assignmentsIn(value as Record<string, unknown>, here, document);
    const given = here.join('.') === 'training.patch' ? patchOf(value, document) : value;
    if (!isParameterValue(given))
      throw inputFailure(
        `${document.placeOf(here)}: ${here.join('.')} is ${kindOf(value)}; wanted is a number, true, false, a text or a list of these.`,
      );
    const span = document.spanOf(here, 'value');
    return [{ kind: 'set', path: namePath(here, document), value: expressionOf(given, span, document), span }];
  });
}

function namePath(keys: readonly string[], document: RunDocument): NamePath {
  const names = keys[0] === 'parameters' ? keys.slice(1) : keys;
  const skipped = keys.length - names.length;
  const steps = names.flatMap((key, i) => {
    const span = document.spanOf(keys.slice(0, i + 1 + skipped), 'key');
    return key.split('.').map((text) => ({ name: { text, span }, indices: [], span }));
  });
  return { steps, span: document.spanOf(keys, 'key') };
}

/** A value as an expression. A text is one where it can be read so, as a learning rate; a single word stays a text. */
function expressionOf(value: ParameterValue, span: Span, document: RunDocument): Expression {
  const text = typeof value === 'string' ? value : expressionText(value);
  const isExact = document.text.slice(span.start, span.start + text.length) === text;
  const { expression, diagnostics } = parseExpression(document.path, text, isExact ? span.start : 0);
  const isText = typeof value === 'string' && (diagnostics.length > 0 || !expression || expression.kind === 'name');
  if (isText || !expression) return { kind: 'string', value: text, span };
  return isExact ? expression : placedAt(expression, span);
}

/** A copy of a tree whose places are all the same one. */
function placedAt<T>(tree: T, span: Span): T {
  if (Array.isArray(tree)) return tree.map((item) => placedAt(item, span)) as T;
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, key === 'span' ? span : placedAt(value, span)])) as T;
}

/** A patch is written `HEIGHTxWIDTH`, as one number, or as a list. */
function patchOf(value: unknown, document: RunDocument): [number, number] {
  const sides = typeof value === 'number' ? [value, value] : typeof value === 'string' ? value.split(/[x×]/).map(Number) : value;
  if (Array.isArray(sides) && sides.length === 2 && sides.every((side) => Number.isInteger(side) && side >= 1))
    return sides as [number, number];
  throw inputFailure(
    `${document.placeOf(['training', 'patch'])}: training.patch is ${kindOf(value)}; write it as HEIGHTxWIDTH in pixels, for example 48x48.`,
  );
}

/** A value of a run file in words. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return `the ${typeof value} ${JSON.stringify(value)}`;
}
