import type { BinaryOperator } from '../../1-parse/ast.js';
import type { Code, Context } from './context.js';
import { methodCall } from './methods.js';
import { asTensor } from './tensors.js';
import { boolean, broadcastRank, isTensorLike, number, tensor } from './types.js';

const methods: Partial<Record<BinaryOperator, string>> = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '^': 'pow' };

const comparisons: Partial<Record<BinaryOperator, { readonly kind: string; readonly isTurned: boolean }>> = {
  '==': { kind: 'equal', isTurned: false },
  '>': { kind: 'greater', isTurned: false },
  '>=': { kind: 'greaterEqual', isTurned: false },
  '<': { kind: 'greater', isTurned: true },
  '<=': { kind: 'greaterEqual', isTurned: true },
};

const numberOperators: Partial<Record<BinaryOperator, string>> = { '^': '**', '==': '===', '!=': '!==' };

/** A binary operator on numbers, lists, texts or tensors. */
export function arithmetic(operator: BinaryOperator, left: Code, right: Code, context: Context): Code {
  if (isTensorLike(left.type) || isTensorLike(right.type)) return onTensors(operator, left, right, context);
  const isComparison = operator in comparisons || operator === '!=';
  const type = isComparison ? boolean : number;
  if (operator === '%') return { text: `${context.file.use('lists', 'modulo')}(${left.text}, ${right.text})`, type };
  if (isComparison && left.type.kind === 'list') {
    return { text: `${operator === '!=' ? '!' : ''}${context.file.use('lists', 'sameList')}(${left.text}, ${right.text})`, type };
  }
  return { text: `(${left.text} ${numberOperators[operator] ?? operator} ${right.text})`, type };
}

function onTensors(operator: BinaryOperator, left: Code, right: Code, context: Context): Code {
  const a = asTensor(left, context, true);
  const b = asTensor(right, context, true);
  const type = tensor(broadcastRank(a.type, b.type));
  const comparison = comparisons[operator];
  if (comparison) {
    const [first, second] = comparison.isTurned ? [b, a] : [a, b];
    const compare = context.file.use('operators', 'compare');
    return { text: `${compare}(tf.${comparison.kind}, ${first.text}, ${second.text})`, type, isLoose: true };
  }
  const method = methods[operator] ?? 'add';
  if (a.type.kind !== 'number') return methodCall(a, method, b.text, type);
  const isCommutative = operator === '+' || operator === '*';
  return isCommutative ? methodCall(b, method, a.text, type) : { text: `tf.${method}(${a.text}, ${b.text})`, type, isLoose: true };
}
