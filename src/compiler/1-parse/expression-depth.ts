import { limits } from '../limits.js';
import type { Expression, ListElement, PipeStage } from './ast.js';

type Part = Expression | ListElement | PipeStage;

/** The first part, from the outside, that lies deeper than the limit; undefined where none does. */
export function tooDeepPart(expression: Expression): Part | undefined {
  let level: Part[] = [expression];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limits.operations) return level[0];
    level = level.flatMap(partsOf);
  }
  return undefined;
}

function partsOf(part: Part): Part[] {
  switch (part.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'name':
    case 'error':
      return [];
    case 'index':
      return [part.target, ...part.indices];
    case 'member':
      return [part.target];
    case 'call':
      return [part.callee, ...part.arguments.map((argument) => argument.value)];
    case 'list':
      return [...part.elements];
    case 'element':
      return [part.value];
    case 'comprehension':
      return [part.over, part.body];
    case 'range':
      return [part.from, part.to];
    case 'unary':
      return [part.operand];
    case 'binary':
      return [part.left, part.right];
    case 'if':
      return [part.condition, part.then, part.else];
    case 'pipe':
      return [part.input, part.stage];
    case 'apply':
      return [part.callee];
    case 'repeat':
      return [part.count, ...part.body];
  }
}
