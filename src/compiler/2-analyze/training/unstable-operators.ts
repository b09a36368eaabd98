import { type Diagnostic, report } from '../../diagnostics/index.js';
import type { Definition, Node, OpNode } from '../../ir/ir.js';
import type { GradientTracer } from './gradient-reach.js';

/** What an operator does where its operand is 0, and what to write instead. */
const atZero: Readonly<Record<string, { readonly operand: number; readonly effect: string; readonly instead: string }>> = {
  sqrt: { operand: 0, effect: 'its gradient is infinite', instead: 'sqrt(x + 1e-6)' },
  rsqrt: { operand: 0, effect: 'it is infinite', instead: 'rsqrt(x + 1e-6)' },
  log: { operand: 0, effect: 'it is minus infinity', instead: 'log(x + 1e-6)' },
  div: { operand: 1, effect: 'the quotient is infinite', instead: 'a / (b + 1e-6)' },
};

/**
 * Warns of operators in what a loss depends on that give infinite values or gradients for inputs that occur: a root or a logarithm of something that
 * can be exactly 0, a logarithm of a sigmoid. Only what is certain is told: that a difference could be 0 is not.
 * @param values ids of the definition's values on which the losses depend
 * @param isStage whether the definition is that of a stage, whose inputs are pictures, which have no gradient
 */
export function unstableOperators(
  definition: Definition,
  values: readonly string[],
  tracer: GradientTracer,
  isStage: boolean,
): Diagnostic[] {
  const producers = new Map(definition.nodes.flatMap((node): [string, Node][] => outputsOf(node).map((value) => [value, node])));
  const reached = new Set(values);
  const hasGradient = (value: string): boolean => {
    const reach = tracer.trace(definition, value);
    return reach.weights || (!isStage && reach.inputs.size > 0);
  };
  const found: Diagnostic[] = [];
  for (const node of definition.nodes.toReversed()) {
    if (node.kind === 'constant' || !outputsOf(node).some((value) => reached.has(value))) continue;
    if (node.kind === 'op' && node.op === 'stop_gradient') continue;
    for (const input of node.inputs) reached.add(input);
    if (node.kind !== 'op' || node.span.file.startsWith('std/')) continue;
    const problem = logarithmOfSigmoid(node, producers) ?? operatorOfZero(node, producers);
    // What depends on no weight has no gradient that could become infinite.
    if (problem && node.inputs.some((input) => hasGradient(input))) found.push(problem);
  }
  return found.reverse();
}

const outputsOf = (node: Node): string[] => (node.kind === 'call' ? node.outputs.map(({ value }) => value) : [node.output.value]);

type Producers = ReadonlyMap<string, Node>;

const operatorMaking = (value: string | undefined, producers: Producers): OpNode | undefined => {
  const node = value === undefined ? undefined : producers.get(value);
  return node?.kind === 'op' ? node : undefined;
};

const constantOf = (value: string | undefined, producers: Producers): readonly number[] | undefined => {
  const node = value === undefined ? undefined : producers.get(value);
  return node?.kind === 'constant' ? node.values : undefined;
};

function logarithmOfSigmoid({ op, inputs, span }: OpNode, producers: Producers): Diagnostic | undefined {
  if (op !== 'log') return undefined;
  const operand = operatorMaking(inputs[0], producers);
  if (operand?.op === 'sigmoid') return report.unstableLogarithm({ span, of: 'sigmoid(x)', instead: '-softplus(-x)' });
  const isFromOne = operand?.op === 'sub' && constantOf(operand.inputs[0], producers)?.every((value) => value === 1);
  if (!isFromOne || operatorMaking(operand.inputs[1], producers)?.op !== 'sigmoid') return undefined;
  return report.unstableLogarithm({ span, of: '1 - sigmoid(x)', instead: '-softplus(x)' });
}

function operatorOfZero({ op, inputs, span }: OpNode, producers: Producers): Diagnostic | undefined {
  const rule = Object.hasOwn(atZero, op) ? atZero[op] : undefined;
  if (!rule || !canBeZero(inputs[rule.operand], producers)) return undefined;
  return report.zeroOperand({ span, operator: op === 'div' ? '/' : op, effect: rule.effect, instead: rule.instead });
}

/** Whether a value is made so that single elements of it are exactly 0 for common inputs, and never negative. */
function canBeZero(value: string | undefined, producers: Producers): boolean {
  const node = operatorMaking(value, producers);
  if (!node) return false;
  const { op, inputs, attributes, output } = node;
  const [a, b] = inputs;
  switch (op) {
    case 'square':
    case 'abs':
    case 'relu':
      return true;
    case 'clip':
      return attributes.minimum === 0;
    case 'mul':
      return a === b || (isPositive(a, producers) && canBeZero(b, producers)) || (isPositive(b, producers) && canBeZero(a, producers));
    case 'div':
      return isPositive(b, producers) && canBeZero(a, producers);
    case 'add':
      return canBeZero(a, producers) && canBeZero(b, producers);
    case 'reduce_sum':
    case 'reduce_mean':
    case 'reduce_max':
      // All elements of a picture are 0 at once where two pictures are the same; that is no common input.
      return output.shape.length > 1 && canBeZero(a, producers);
    default:
      return false;
  }
}

const isPositive = (value: string | undefined, producers: Producers): boolean =>
  constantOf(value, producers)?.every((number) => number > 0) ?? false;
