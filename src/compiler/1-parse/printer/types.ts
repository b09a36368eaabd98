import type { Parameter, TypeExpression } from '../ast.js';
import { printList } from './brackets.js';
import { printValue } from './expressions.js';
import type { Doc, SourceCursor } from './source-cursor.js';

export function printType(cursor: SourceCursor, type: TypeExpression): Doc {
  let element = type;
  let lists = 0;
  for (; element.kind === 'list-type'; element = element.element) lists++;
  const base = element.kind === 'named-type' ? cursor.take(element.name.text) : printDimensions(cursor, element.dimensions);
  const brackets = Array.from({ length: lists }, () => [cursor.take('['), cursor.take(']')]);
  if (element.range === undefined) return [base, brackets];
  const word = [' ', cursor.take('in'), ' '];
  const bounds = printList(cursor, ['[', ']'], element.range, (bound) => printValue(cursor, bound), { trailingComma: false });
  return [base, brackets, word, bounds];
}

export function printDimensions(cursor: SourceCursor, dimensions: readonly Parameters<typeof printValue>[1][]): Doc {
  return printList(cursor, ['[', ']'], dimensions, (dimension) => printValue(cursor, dimension));
}

export function printParameters(cursor: SourceCursor, parameters: readonly Parameter[]): Doc {
  return printList(cursor, ['(', ')'], parameters, (parameter) => printParameter(cursor, parameter));
}

export function printParameter(cursor: SourceCursor, parameter: Parameter): Doc {
  const head = [cursor.take(parameter.name.text), cursor.take(':'), ' ', printType(cursor, parameter.type)];
  if (parameter.default === undefined) return head;
  return [head, ' ', cursor.take('='), ' ', printValue(cursor, parameter.default)];
}
