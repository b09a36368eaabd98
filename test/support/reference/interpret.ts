import type { Program, ProgramNode, TensorId } from '../../../src/compiler/ir/program.js';
import { poolWindow, windowOf } from '../../../src/compiler/ops/rules/window.js';
import { nearestBfloat16 } from './bfloat16.js';
import { accumulate, accumulator } from './convolutions.js';
import { elementwise } from './elementwise.js';
import { averagePool, averagePoolGradient, maximumPool, maximumPoolGradient } from './pooling.js';
import { rearrange } from './rearrange.js';
import { atBroadcast, elementsIn, generate, type Tensor64 } from './tensor.js';

/** Values of a tensor, one for each element of the shape that it is broadcast to, or a single one for all. */
const broadcastValues = (tensor: Tensor64, shape: readonly number[]): Float64Array =>
  tensor.values.length === 1 || tensor.values.length === elementsIn(shape)
    ? tensor.values
    : generate(shape, (indices) => atBroadcast(tensor, indices)).values;

const compute = (node: ProgramNode, operands: readonly Tensor64[], shape: readonly number[]): Tensor64 => {
  const scalarFunction = elementwise[node.op];
  if (scalarFunction) {
    const columns = operands.map((operand) => broadcastValues(operand, shape));
    const values = new Float64Array(elementsIn(shape));
    for (let i = 0; i < values.length; i++) {
      values[i] = scalarFunction(
        columns.map((column) => column[column.length === 1 ? 0 : i] ?? Number.NaN),
        node.attributes,
      );
    }
    return { shape, values };
  }
  const [first = { shape: [], values: new Float64Array() }, second = first, third = first] = operands;
  const result = accumulator(shape);
  const window = windowOf(node.attributes, (node.op.endsWith('filter_gradient') ? shape : second.shape).slice(0, 2));
  const depthwise = node.op.startsWith('depthwise');
  switch (node.op) {
    case 'conv2d':
    case 'depthwise_conv2d':
      accumulate('map', { image: first, kernel: second, map: result }, window, depthwise);
      return result;
    case 'conv2d_transpose':
    case 'depthwise_conv2d_input_gradient':
      accumulate('image', { image: result, kernel: second, map: first }, window, depthwise);
      return result;
    case 'conv2d_filter_gradient':
    case 'depthwise_conv2d_filter_gradient':
      accumulate('kernel', { image: first, kernel: result, map: second }, window, depthwise);
      return result;
    case 'avg_pool':
      return averagePool(first, shape, poolWindow(node.attributes));
    case 'avg_pool_gradient':
      return averagePoolGradient(first, shape, poolWindow(node.attributes));
    case 'max_pool':
      return maximumPool(first, shape, poolWindow(node.attributes));
    case 'max_pool_gradient':
      return maximumPoolGradient(first, third, poolWindow(node.attributes));
    default:
      return rearrange(node, operands, shape);
  }
};

/**
 * Runs a Program in float64, straight from the definitions of its operators: slow, and independent of every engine. What the Program has in bfloat16
 * is rounded to that; float32 is not.
 * @param feeds values of all inputs, by name.
 * @returns values of all outputs, by name.
 */
export const interpret = (program: Program, feeds: ReadonlyMap<string, ArrayLike<number>>): Map<string, Tensor64> => {
  const tensors = new Map<TensorId, Tensor64>();
  const shapeOf = (tensor: TensorId): readonly number[] => program.tensors[tensor]?.shape ?? [];
  const read = (tensor: TensorId): Tensor64 => {
    const found = tensors.get(tensor);
    if (found === undefined) throw new Error(`tensor ${tensor} is read before it is defined`);
    return found;
  };
  for (const { name, tensor } of program.inputs) {
    const values = feeds.get(name);
    if (values?.length !== elementsIn(shapeOf(tensor))) throw new Error(`the input ${name} was given ${values?.length} values`);
    tensors.set(tensor, { shape: shapeOf(tensor), values: Float64Array.from(values) });
  }
  for (const { tensor, values } of program.constants) tensors.set(tensor, { shape: shapeOf(tensor), values: Float64Array.from(values) });
  for (const node of program.nodes) {
    const { shape, values } = compute(node, node.inputs.map(read), shapeOf(node.output));
    const isBfloat16 = program.tensors[node.output]?.type === 'bfloat16';
    tensors.set(node.output, { shape, values: isBfloat16 ? values.map(nearestBfloat16) : values });
  }
  return new Map(program.outputs.map(({ name, tensor }) => [name, read(tensor)]));
};
